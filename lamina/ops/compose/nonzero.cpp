// nonzero(x): the values are read now, since the result's size depends on them. Two passes: the
// count says how much to allocate.
#include "lamina/base/error.h"
#include "lamina/exec/evaluate.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/searching.h"

namespace lamina {
namespace {

// The row-major numbers of the elements that are not 0.
std::vector<int64_t> places_of(const Array& x) {
  const HostValue host = host_value(x);
  std::vector<int64_t> places;
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    using Key = std::conditional_t<std::is_arithmetic_v<T>, T, float>;
    const T* values = reinterpret_cast<const T*>(host.data());
    const int64_t size = x.size();
    int64_t count = 0;
    for (int64_t i = 0; i < size; ++i) count += static_cast<Key>(values[i]) != Key{0};
    // Each place is written, and overwritten by the next one unless it counts: no branch to guess.
    places.resize(static_cast<size_t>(count) + 1);
    int64_t found = 0;
    for (int64_t i = 0; i < size; ++i) {
      places[static_cast<size_t>(found)] = i;
      found += static_cast<Key>(values[i]) != Key{0};
    }
    places.pop_back();
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
