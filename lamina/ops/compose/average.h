// What mean and var share.
#pragma once

#include <cmath>
#include <string_view>

#include "lamina/base/error.h"
#include "lamina/core/array.h"
#include "lamina/op/recording.h"
#include "lamina/op/reduction.h"

namespace lamina {

// The type of an average of x: its own, or float32 for integers and bool, and in a scope of Precision
// for its type.
inline DType floating_result(const Array& x, std::string_view function) {
  if (!x) throw StateError(text(function, ": x is an empty Array"));
  return is_floating(x.dtype()) && x.dtype() != recording().products ? x.dtype() : float32;
}

inline void check_correction(double correction, std::string_view function) {
  if (std::isfinite(correction)) return;
  throw ValueError(text(function, ": correction must be finite, got ", correction));
}

// How many elements of x each result is made of.
inline int64_t reduced_elements(const Array& x, const Axes& axis, std::string_view function) {
  int64_t count = 1;
  for (int64_t a : axis.normalized(x.ndim(), function)) count *= x.shape()[a];
  return count;
}

}  // namespace lamina
