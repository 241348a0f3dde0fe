// Checks of the numbers that layers are made with, before anything is computed from them.
#pragma once

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina::nn {

// The number itself; ValueError for NaN.
inline double checked_number(const char* layer, const char* name, double value) {
  if (!std::isnan(value)) return value;
  throw ValueError(text(layer, ": ", name, " must be a number, got nan"));
}

// What is added to a variance.
inline double checked_eps(const char* layer, double eps) {
  if (eps >= 0 && std::isfinite(eps)) return eps;
  throw ValueError(text(layer, ": eps must be 0 or more, got ", eps));
}

}  // namespace lamina::nn
