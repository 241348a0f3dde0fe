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

// The sizes of the braces: of the first one at each depth, as all must have them.
Shape shape_of(const NestedNumbers& values) {
  Shape shape;
  const NestedNumbers* first = &values;
  while (first && first->is_list()) {
    shape.push_back(static_cast<int64_t>(first->parts().size()));
    first = first->parts().size() ? first->parts().begin() : nullptr;
  }
  return shape;
}

void append_numbers(const NestedNumbers& values, const Shape& shape, size_t axis,
                    std::vector<double>& numbers) {
  if (values.is_list() != (axis < shape.size())) {
    throw ShapeError(text("array: numbers stand at different depths of the braces"))
        .help("as many braces around each number as the array has axes");
  }
  if (!values.is_list()) return numbers.push_back(values.number());
  if (static_cast<int64_t>(values.parts().size()) != shape[axis]) {
    throw ShapeError(text("array: expected rows of ", shape[axis], " values, got one of ",
                          values.parts().size()));
  }
  for (const NestedNumbers& part : values.parts()) append_numbers(part, shape, axis + 1, numbers);
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

Array array(const NestedNumbers& values, DType dtype) {
  Shape shape = shape_of(values);
  check_shape(shape, size_of(dtype), "array: shape");
  std::vector<double> numbers;
  append_numbers(values, shape, 0, numbers);
  return from_doubles(numbers, std::move(shape), dtype);
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
