#include "lamina/ops/creation.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "lamina/base/error.h"
#include "lamina/ir/node.h"
#include "lamina/op/op.h"
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
  if (!value) throw StateError("full: value is an empty Array");
  if (value.size() != 1) throw ShapeError(text("full: expected one value, got ", describe(value)));
  value = value.node()->has(kNumber) ? number_as(value, dtype, "full")
                                     : reshape(astype(std::move(value), dtype), {});
  return broadcast_to(std::move(value), std::move(shape));
}

Array zeros(IntList shape, DType dtype) { return full(std::move(shape), 0.0, dtype); }
Array ones(IntList shape, DType dtype) { return full(std::move(shape), 1.0, dtype); }

Array full_like(const Array& x, Array value, std::optional<DType> dtype) {
  if (!x) throw StateError("full_like: x is an empty Array");
  return full(IntList(x.shape().begin(), x.shape().end()), std::move(value),
              dtype.value_or(x.dtype()));
}
Array zeros_like(const Array& x, std::optional<DType> dtype) { return full_like(x, 0.0, dtype); }
Array ones_like(const Array& x, std::optional<DType> dtype) { return full_like(x, 1.0, dtype); }

}  // namespace lamina
