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

// The type in which sums and quotients are computed: float32 for integers, bool and 16-bit floats,
// which lose too much.
inline DType computed_type(DType dtype) {
  return is_floating(dtype) && size_of(dtype) >= 4 ? dtype : float32;
}
inline Array widened(Array x) {
  const DType dtype = computed_type(x.dtype());
  return astype(std::move(x), dtype);
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
