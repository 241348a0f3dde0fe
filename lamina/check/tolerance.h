// How far from the exact value a kernel may be: the one table.
#pragma once

#include <string>
#include <vector>

#include "lamina/check/block.h"
#include "lamina/op/op.h"

namespace lamina::check {

// Floating-point results may differ by so many units in the last place of their type. Element-wise
// ops: of each element, beyond what rounding after each step of the formula may do to it. Other ops
// add many products: of the largest element, and of one.
struct Tolerance {
  double unit;      // of the last place, for values near 1
  double smallest;  // below which results may be flushed to zero
  double largest;   // beyond which they are infinite
  double formula_units, op_units;
};
Tolerance tolerance(DType dtype);

// Empty when `got` is right: shape, type, and each element within its bound. `slack` has one entry
// per element of what is allowed beside the table (or is empty).
std::string difference(const Block& got, const Block& expected, bool elementwise,
                       const std::vector<double>& slack);

}  // namespace lamina::check
