// Numbers among the arguments of functions that are written in C++ only once their value is known.
#pragma once

#include "lamina/core/array.h"
#include "lamina/ir/node.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

// Whether x is the floating-point number `value`. Only for 0, 1, -1, 2 and 0.5, which are part of a
// program's key: other values must not decide what is recorded.
inline bool is_number(const Array& x, double value) {
  return x && x.node()->has(kNumber) && !x.node()->has(kVarying) && is_floating(x.dtype()) &&
         x.node()->number.real == value;
}

// x as an array of `dtype`; a number without a type of its own keeps all its digits.
inline Array typed(Array x, DType dtype) {
  if (!x || !x.node()->has(kWeak) || !is_floating(dtype)) return astype(std::move(x), dtype);
  const Node* node = x.node();
  const double value =
      is_floating(x.dtype()) ? node->number.real : static_cast<double>(node->number.integer);
  Array number = make_number(value, dtype, false);
  if (node->has(kVarying)) number.node()->flags.fetch_or(kVarying);
  return number;
}

}  // namespace lamina
