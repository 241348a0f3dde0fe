// Checks of the numbers that layers are made with, before anything is computed from them.
#pragma once

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/core/shape.h"

namespace lamina::nn {

// The number itself; ValueError for NaN.
inline double checked_number(const char* layer, const char* name, double value) {
  if (!std::isnan(value)) return value;
  throw ValueError(text(layer, ": ", name, " must be a number, got nan"));
}

// The sizes of the axes that a layer normalises.
inline void check_normalized_shape(const char* layer, const IntList& shape) {
  if (shape.empty()) throw ValueError(text(layer, ": normalized_shape is empty"));
  for (int64_t size : shape) {
    if (size >= 0) continue;
    throw ValueError(text(layer, ": sizes in normalized_shape must not be negative, got ", shape));
  }
  check_shape(Shape(shape.begin(), shape.end()), sizeof(float),
              text(layer, ": normalized_shape"));
}

// What is added to a variance.
inline double checked_eps(const char* layer, double eps) {
  if (eps >= 0 && std::isfinite(eps)) return eps;
  throw ValueError(text(layer, ": eps must be 0 or more, got ", eps));
}

}  // namespace lamina::nn
