// nonzero(x): the values are read now, since the result's size depends on them.
#include <algorithm>
#include <numeric>

#include "lamina/base/error.h"
#include "lamina/base/parallel_for.h"
#include "lamina/exec/evaluate.h"
#include "lamina/ir/node.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/searching.h"

namespace lamina {
namespace {

constexpr int64_t kBlock = 2048, kBlocksPerThread = 16;

// Row-major numbers as one index for each axis, written from number `first` on.
void split_places(int64_t* places, int64_t count, const Shape& shape,
                  const std::vector<NodeValue>& axes, int64_t first) {
  for (size_t axis = axes.size(); axis-- > 0;) {
    auto* to = reinterpret_cast<int64_t*>(axes[axis].storage->data()) + first;
    if (axis == 0) {
      std::copy(places, places + count, to);
      return;
    }
    const int64_t size = shape[axis];
    for (int64_t i = 0; i < count; ++i) {
      to[i] = places[i] % size;
      places[i] /= size;
    }
  }
}

// Where the elements that are not 0 stand: for each axis as many indices. Counts of blocks say where
// the indices of each block go; within a block each number is written, and overwritten by the next
// one unless it counts.
std::vector<Array> places_of(const Array& x) {
  const HostValue host = host_value(x);
  std::vector<NodeValue> axes(static_cast<size_t>(x.ndim()));
  int64_t total = 0;
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
    total = start.back();
    for (NodeValue& axis : axes)
      axis.storage = Storage::allocate(static_cast<size_t>(total) * sizeof(int64_t));
    parallel_for(0, blocks, kBlocksPerThread, [&](int64_t first, int64_t last) {
      int64_t found[kBlock + 1];
      for (int64_t block = first; block < last; ++block) {
        const int64_t end = std::min(size, (block + 1) * kBlock);
        int64_t count = 0;
        for (int64_t i = block * kBlock; i < end; ++i) {
          found[count] = i;
          count += counts(i);
        }
        split_places(found, count, x.shape(), axes, start[static_cast<size_t>(block)]);
      }
    });
  });
  std::vector<Array> result;
  for (NodeValue& axis : axes) result.push_back(make_leaf({int64, Shape{total}}, std::move(axis)));
  return result;
}

}  // namespace

std::vector<Array> nonzero(const Array& x) {
  if (!x) throw StateError("nonzero: x is an empty Array");
  if (x.ndim() == 0) throw ShapeError("nonzero: expected an array with axes, got a scalar");
  return places_of(x);
}

Array count_nonzero(Array x, ReduceOptions options) {
  if (!x) throw StateError("count_nonzero: x is an empty Array");
  if (x.dtype() != bool_) x = not_equal(std::move(x), zeros({}, x.dtype()));
  return sum(std::move(x), std::move(options));
}

}  // namespace lamina
