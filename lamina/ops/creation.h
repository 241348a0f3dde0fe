// Arrays from values, and arrays of one value.
#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "lamina/core/array.h"

namespace lamina {

// A copy of `data`, row-major.
Array from_data(const void* data, Shape shape, DType dtype);

// array({1, 2, 3}), array({{1.f, 2.f}, {3.f, 4.f}}, float32): rows must have one length
// (ShapeError). The type is that of the values when left out; double and plain numbers mean
// float32.
template <class T>
Array array(std::span<const T> values, Shape shape) {
  return from_data(values.data(), std::move(shape), dtype_of<T>);
}
Array array(const std::vector<float>& values, Shape shape);
Array array(std::initializer_list<double> values, DType dtype = float32);
Array array(std::initializer_list<std::initializer_list<double>> values, DType dtype = float32);
Array array(std::initializer_list<std::initializer_list<std::initializer_list<double>>> values,
            DType dtype = float32);
Array array(double value, DType dtype = float32);

Array full(IntList shape, Array value, DType dtype = float32);
Array zeros(IntList shape, DType dtype = float32);
Array ones(IntList shape, DType dtype = float32);
Array zeros_like(const Array& x);
Array ones_like(const Array& x);

// start, start + step, .. before stop.
Array arange(double start, double stop, double step = 1, DType dtype = float32);
Array arange(int64_t stop, DType dtype = int64);
Array eye(int64_t rows, int64_t columns = -1, DType dtype = float32);
Array linspace(double start, double stop, int64_t count,
               DType dtype = float32);  // both ends included

}  // namespace lamina
