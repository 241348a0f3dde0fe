// nonzero(x): the values are read now, since the result's size depends on them.
#include <algorithm>
#include <numeric>

#include "lamina/base/error.h"
#include "lamina/base/parallel_for.h"
#include "lamina/exec/evaluate.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/searching.h"

namespace lamina {
namespace {

constexpr int64_t kBlock = 2048, kBlocksPerThread = 16;

// The row-major numbers of the elements that are not 0. Counts of blocks say where each block's
// numbers go; within a block each number is written, and overwritten by the next one unless it
// counts.
std::vector<int64_t> places_of(const Array& x) {
  const HostValue host = host_value(x);
  std::vector<int64_t> places;
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    using Key = std::conditional_t<std::is_arithmetic_v<T>, T, float>;
    const T* values = reinterpret_cast<const T*>(host.data());
    const int64_t size = x.size(), blocks = (size + kBlock - 1) / kBlock;
    auto counts = [&](int64_t i) { return static_cast<Key>(values[i]) != Key{0}; };
    std::vector<int64_t> start(static_cast<size_t>(blocks) + 1, 0);
    parallel_for(0, blocks, kBlocksPerThread, [&](int64_t first, int64_t last) {
      for (int64_t block = first; block < last; ++block) {
        const int64_t end = std::min(size, (block + 1) * kBlock);
        int32_t count = 0;
        for (int64_t i = block * kBlock; i < end; ++i) count += counts(i);
        start[static_cast<size_t>(block) + 1] = count;
      }
    });
    std::partial_sum(start.begin(), start.end(), start.begin());
    places.resize(static_cast<size_t>(start.back()));
    parallel_for(0, blocks, kBlocksPerThread, [&](int64_t first, int64_t last) {
      int64_t found[kBlock + 1];
      for (int64_t block = first; block < last; ++block) {
        const int64_t end = std::min(size, (block + 1) * kBlock);
        int64_t count = 0;
        for (int64_t i = block * kBlock; i < end; ++i) {
          found[count] = i;
          count += counts(i);
        }
        std::copy(found, found + count, places.begin() + start[static_cast<size_t>(block)]);
      }
    });
  });
  return places;
}

}  // namespace

std::vector<Array> nonzero(const Array& x) {
  if (!x) throw StateError("nonzero: x is an empty Array");
  if (x.ndim() == 0) throw ShapeError("nonzero: expected an array with axes, got a scalar");
  std::vector<int64_t> places = places_of(x);
  const auto count = static_cast<int64_t>(places.size());
  std::vector<Array> axes(static_cast<size_t>(x.ndim()));
  std::vector<int64_t> index(places.size());
  for (int axis = x.ndim() - 1; axis > 0; --axis) {
    const int64_t size = x.shape(axis);
    for (size_t i = 0; i < places.size(); ++i) {
      index[i] = places[i] % size;
      places[i] /= size;
    }
    axes[static_cast<size_t>(axis)] = from_data(index.data(), {count}, int64);
  }
  axes[0] = from_data(places.data(), {count}, int64);
  return axes;
}

Array count_nonzero(Array x, ReduceOptions options) {
  if (!x) throw StateError("count_nonzero: x is an empty Array");
  if (x.dtype() != bool_) x = not_equal(std::move(x), zeros({}, x.dtype()));
  return sum(std::move(x), std::move(options));
}

}  // namespace lamina
