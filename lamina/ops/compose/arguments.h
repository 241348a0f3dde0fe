// Checks and small steps that compositions share.
#pragma once

#include <cmath>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "lamina/base/error.h"
#include "lamina/core/array.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct NamedArray {
  const char* name;
  const Array& array;
};

inline void require_arrays(std::string_view function, std::initializer_list<NamedArray> arrays) {
  for (const NamedArray& a : arrays) {
    if (!a.array) throw StateError(text(function, ": ", a.name, " is an empty Array"));
  }
}

// Integers and bool as float32.
inline Array as_floating(Array x) {
  return is_floating(x.dtype()) ? std::move(x) : astype(std::move(x), float32);
}

// Integers, bool and 16-bit floats as float32: sums and quotients of them lose too much otherwise.
inline Array widened(Array x) {
  return is_floating(x.dtype()) && size_of(x.dtype()) >= 4 ? std::move(x)
                                                           : astype(std::move(x), float32);
}

inline DType floating_type(const Array& x) {
  return is_floating(x.dtype()) ? x.dtype() : float32;
}

inline IntList sizes_of(const Array& x) { return {x.shape().begin(), x.shape().end()}; }

inline void check_finite(std::string_view function, const char* name, double value) {
  if (!std::isfinite(value))
    throw ValueError(text(function, ": ", name, " must be finite, got ", value));
}

inline void check_rate(std::string_view function, const char* name, double value) {
  if (value >= 0 && value <= 1) return;
  throw ValueError(text(function, ": ", name, " must be from 0 to 1, got ", value));
}

}  // namespace lamina
