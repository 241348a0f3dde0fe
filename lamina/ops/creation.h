// Arrays from values, and arrays of one value.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lamina/core/array.h"
#include "lamina/ops/nested_numbers.h"

namespace lamina {

// A copy of `data`, row-major.
Array from_data(const void* data, Shape shape, DType dtype);

// array({1, 2, 3}), array({{1.f, 2.f}, {3.f, 4.f}}, float32), array(0.5): as many axes as braces,
// whose rows must have one length (ShapeError). The type is that of the values where they stand in
// memory; numbers mean float32.
template <class T>
Array array(std::span<const T> values, Shape shape) {
  return from_data(values.data(), std::move(shape), dtype_of<T>);
}
Array array(const std::vector<float>& values, Shape shape);
Array array(const NestedNumbers& values, DType dtype = float32);

Array full(IntList shape, Array value, DType dtype = float32);
Array zeros(IntList shape, DType dtype = float32);
Array ones(IntList shape, DType dtype = float32);
inline Array empty(IntList shape, DType dtype = float32) { return zeros(std::move(shape), dtype); }

// Of x's shape; of its type too when none is given.
Array full_like(const Array& x, Array value, std::optional<DType> dtype = std::nullopt);
Array zeros_like(const Array& x, std::optional<DType> dtype = std::nullopt);
Array ones_like(const Array& x, std::optional<DType> dtype = std::nullopt);
inline Array empty_like(const Array& x, std::optional<DType> dtype = std::nullopt) {
  return zeros_like(x, dtype);
}

// start, start + step, .. before stop.
Array arange(double start, double stop, double step = 1, DType dtype = float32);
Array arange(int64_t stop, DType dtype = int64);
Array integer_range(int64_t start, int64_t stop, int64_t step = 1, DType dtype = int64);  // exact
// 1 on the k-th diagonal (above the main one where k > 0), 0 elsewhere.
Array eye(int64_t rows, int64_t columns = -1, DType dtype = float32, int64_t k = 0);
// `num` values at equal distances; the last one is stop, or with endpoint = false the one before
// it.
Array linspace(double start, double stop, int64_t num, DType dtype = float32, bool endpoint = true);

// Coordinates on a grid: one array for each vector, all of the grid's shape. indexing: "xy" puts
// the second vector first in the shape, as images have it; "ij" keeps the order.
std::vector<Array> meshgrid(std::vector<Array> arrays, std::string_view indexing = "xy");

}  // namespace lamina
