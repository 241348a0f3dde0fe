// Arrays of numbers in a row: each is written once, as its own type.
#include <algorithm>
#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/parallel_for.h"
#include "lamina/ir/node.h"
#include "lamina/op/scalar_math.h"
#include "lamina/ops/creation.h"

namespace lamina {
namespace {

// Counts above this cannot be allocated anyway; a double holds them exactly.
constexpr double kMaxCount = 0x1p52;
constexpr int64_t kPerThread = 64 * 1024;

// Floats become integers as in a cast: towards 0, saturating at the limits of 64 bits.
template <class T>
T converted(double value) {
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    using Wide = std::conditional_t<std::is_same_v<T, uint64_t>, uint64_t, int64_t>;
    return static_cast<T>(scalar_math::cast<Wide>(value));
  } else {
    return static_cast<T>(value);
  }
}

// Element i is value(i).
template <class F>
Array filled(int64_t count, DType dtype, F&& value) {
  NodeValue result;
  result.storage = Storage::allocate(static_cast<size_t>(count) * size_of(dtype));
  dispatch(dtype, [&](auto zero) {
    using T = decltype(zero);
    T* out = reinterpret_cast<T*>(result.storage->data());
    parallel_for(0, count, kPerThread, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i) {
        if constexpr (std::is_same_v<decltype(value(i)), double>) {
          out[i] = converted<T>(value(i));
        } else {
          out[i] = static_cast<T>(value(i));
        }
      }
    });
  });
  return make_leaf({dtype, Shape{count}}, std::move(result));
}

}  // namespace

Array arange(double start, double stop, double step, DType dtype) {
  if (!(step != 0) || !std::isfinite(start) || !std::isfinite(stop) || !std::isfinite(step)) {
    throw ValueError(text("arange: expected finite numbers and a step other than 0, got start ",
                          start, ", stop ", stop, ", step ", step));
  }
  const double length = std::max(0.0, std::ceil((stop - start) / step));
  if (!(length < kMaxCount)) throw ValueError(text("arange: ", length, " values are too many"));
  const auto count = static_cast<int64_t>(length);
  check_shape({count}, size_of(dtype), "arange: result");
  return filled(count, dtype, [=](int64_t i) { return start + static_cast<double>(i) * step; });
}

Array integer_range(int64_t start, int64_t stop, int64_t step, DType dtype) {
  if (step == 0) throw ValueError("arange: expected a step other than 0");
  const bool up = step > 0;
  const uint64_t stride = up ? static_cast<uint64_t>(step) : 0 - static_cast<uint64_t>(step);
  const uint64_t span = up == (start < stop) && start != stop
                            ? up ? static_cast<uint64_t>(stop) - static_cast<uint64_t>(start)
                                 : static_cast<uint64_t>(start) - static_cast<uint64_t>(stop)
                            : 0;
  const uint64_t length = span / stride + (span % stride != 0);
  if (!(static_cast<double>(length) < kMaxCount))
    throw ValueError(text("arange: ", length, " values are too many"));
  const auto count = static_cast<int64_t>(length);
  check_shape({count}, size_of(dtype), "arange: result");
  if (count > 0) {
    const int64_t last = start + (count - 1) * step;
    for (int64_t value : {start, last}) {
      if (dtype != bool_ && !holds(dtype, value))
        throw OverflowError(text("arange: the number ", value, " does not fit into ", dtype));
    }
  }
  return filled(count, dtype, [=](int64_t i) { return start + i * step; });
}

Array arange(int64_t stop, DType dtype) { return integer_range(0, stop, 1, dtype); }

Array linspace(double start, double stop, int64_t num, DType dtype, bool endpoint) {
  if (num < 0) throw ValueError(text("linspace: num must not be negative, got ", num));
  check_shape({num}, size_of(dtype), "linspace: result");
  const double parts = static_cast<double>(endpoint ? num - 1 : num);
  return filled(num, dtype, [=](int64_t i) {
    if (endpoint && i > 0 && i == num - 1) return stop;
    return i == 0 ? start : start + (stop - start) * (static_cast<double>(i) / parts);
  });
}

Array eye(int64_t rows, int64_t columns, DType dtype, int64_t k) {
  if (columns == -1) columns = rows;
  const Shape shape{rows, columns};
  check_shape(shape, size_of(dtype), "eye: shape");
  NodeValue result;
  const size_t bytes = static_cast<size_t>(shape.elements()) * size_of(dtype);
  result.storage = Storage::allocate(bytes);
  std::fill_n(result.storage->data(), bytes, std::byte{0});
  dispatch(dtype, [&](auto zero) {
    using T = decltype(zero);
    T* out = reinterpret_cast<T*>(result.storage->data());
    if (k >= columns || k <= -rows) return;
    for (int64_t i = std::max<int64_t>(0, -k); i < rows && i + k < columns; ++i)
      out[i * columns + i + k] = static_cast<T>(1);
  });
  return make_leaf({dtype, shape}, std::move(result));
}

}  // namespace lamina
