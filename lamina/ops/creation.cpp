#include "lamina/ops/creation.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "lamina/base/error.h"
#include "lamina/ir/node.h"
#include "lamina/op/scalar_math.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina {

Array from_data(const void* data, Shape shape, DType dtype) {
  check_shape(shape, size_of(dtype), "array: shape");
  size_t bytes = static_cast<size_t>(shape.elements()) * size_of(dtype);
  NodeValue value;
  value.storage = Storage::allocate(bytes);
  if (bytes > 0) std::memcpy(value.storage->data(), data, bytes);
  return make_leaf({dtype, std::move(shape)}, std::move(value));
}

namespace {

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

Array from_doubles(const std::vector<double>& values, Shape shape, DType dtype) {
  NodeValue value;
  value.storage = Storage::allocate(values.size() * size_of(dtype));
  dispatch(dtype, [&](auto zero) {
    using T = decltype(zero);
    T* out = reinterpret_cast<T*>(value.storage->data());
    for (size_t i = 0; i < values.size(); ++i) out[i] = converted<T>(values[i]);
  });
  return make_leaf({dtype, std::move(shape)}, std::move(value));
}

void check_row(size_t expected, size_t got) {
  if (expected == got) return;
  throw ShapeError(text("array: expected rows of ", expected, " values, got one of ", got));
}

}  // namespace

Array array(const std::vector<float>& values, Shape shape) {
  check_shape(shape, 4, "array: shape");
  if (shape.elements() != static_cast<int64_t>(values.size())) {
    throw ShapeError(
        text("array: shape ", shape, " needs ", shape.elements(), " values, got ", values.size()));
  }
  return from_data(values.data(), std::move(shape), float32);
}

Array array(double value, DType dtype) { return from_doubles({value}, {}, dtype); }

Array array(std::initializer_list<double> values, DType dtype) {
  return from_doubles(values, {static_cast<int64_t>(values.size())}, dtype);
}

Array array(std::initializer_list<std::initializer_list<double>> rows, DType dtype) {
  std::vector<double> values;
  size_t columns = rows.size() ? rows.begin()->size() : 0;
  for (const auto& row : rows) {
    check_row(columns, row.size());
    values.insert(values.end(), row.begin(), row.end());
  }
  return from_doubles(values, {static_cast<int64_t>(rows.size()), static_cast<int64_t>(columns)},
                      dtype);
}

Array array(std::initializer_list<std::initializer_list<std::initializer_list<double>>> planes,
            DType dtype) {
  std::vector<double> values;
  size_t rows = planes.size() ? planes.begin()->size() : 0;
  size_t columns = rows ? planes.begin()->begin()->size() : 0;
  for (const auto& plane : planes) {
    check_row(rows, plane.size());
    for (const auto& row : plane) {
      check_row(columns, row.size());
      values.insert(values.end(), row.begin(), row.end());
    }
  }
  return from_doubles(values,
                      {static_cast<int64_t>(planes.size()), static_cast<int64_t>(rows),
                       static_cast<int64_t>(columns)},
                      dtype);
}

Array full(IntList shape, Array value, DType dtype) {
  if (value.size() != 1) throw ShapeError(text("full: expected one value, got ", describe(value)));
  const Node* node = value.node();
  if (node->has(kNumber)) {
    value = is_floating(node->spec.dtype) ? make_number(node->number.real, dtype, false)
                                          : make_number(node->number.integer, dtype, false);
  } else {
    value = reshape(astype(std::move(value), dtype), {});
  }
  return broadcast_to(std::move(value), std::move(shape));
}

Array zeros(IntList shape, DType dtype) { return full(std::move(shape), 0.0, dtype); }
Array ones(IntList shape, DType dtype) { return full(std::move(shape), 1.0, dtype); }
Array zeros_like(const Array& x) {
  return zeros(IntList(x.shape().begin(), x.shape().end()), x.dtype());
}
Array ones_like(const Array& x) {
  return ones(IntList(x.shape().begin(), x.shape().end()), x.dtype());
}

namespace {

// Counts above this cannot be allocated anyway; a double holds them exactly.
constexpr double kMaxCount = 0x1p52;

}  // namespace

Array arange(double start, double stop, double step, DType dtype) {
  if (!(step != 0) || !std::isfinite(start) || !std::isfinite(stop) || !std::isfinite(step)) {
    throw ValueError(text("arange: expected finite numbers and a step other than 0, got start ",
                          start, ", stop ", stop, ", step ", step));
  }
  const double length = std::max(0.0, std::ceil((stop - start) / step));
  if (!(length < kMaxCount)) throw ValueError(text("arange: ", length, " values are too many"));
  const auto count = static_cast<int64_t>(length);
  check_shape({count}, sizeof(double), "arange: result");
  std::vector<double> values(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) values[i] = start + static_cast<double>(i) * step;
  return from_doubles(values, {count}, dtype);
}

Array arange(int64_t stop, DType dtype) { return arange(0, static_cast<double>(stop), 1, dtype); }

Array eye(int64_t rows, int64_t columns, DType dtype) {
  if (columns == -1) columns = rows;
  const Shape shape{rows, columns};
  check_shape(shape, sizeof(double), "eye: shape");
  std::vector<double> values(static_cast<size_t>(shape.elements()));
  for (int64_t i = 0; i < std::min(rows, columns); ++i) values[i * columns + i] = 1;
  return from_doubles(values, shape, dtype);
}

Array linspace(double start, double stop, int64_t count, DType dtype) {
  if (count < 0) throw ValueError(text("linspace: count must not be negative, got ", count));
  std::vector<double> values(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    values[i] = count == 1 ? start
                           : start + (stop - start) * static_cast<double>(i) /
                                         static_cast<double>(count - 1);
  }
  if (count > 1) values.back() = stop;
  return from_doubles(values, {count}, dtype);
}

}  // namespace lamina
