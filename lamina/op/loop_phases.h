// Loops that read results of their own reductions, as a layer norm does: an Input whose number lies
// behind those of the inputs, inputs + k, is what reduction k gave for the point at hand, broadcast
// along the reduced axes. Such a loop runs through every row, the points of the reduced axes, once
// per phase, while the row lies in cache: a value is known in the phase after that of the last
// reduction it needs.
//
//   input 0 -> x, reduce Sum x         phase 0
//   input 1 -> s, x - s / n            phase 1: there is one input, so number 1 is reduction 0
//
// In such a loop each operand is contiguous along the reduced axes, or broadcast along all of them, and
// results of reductions have the type in which they are added up.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lamina/op/scalar.h"

namespace lamina {

inline bool is_result(const ScalarInstruction& i, size_t first_result) {
  return i.op == ScalarOp::Input && i.a >= first_result;
}

bool reads_results(const ScalarProgram& program, size_t first_result);

// The phase in which each value is known; `reduced` are the values of the reductions, and Input
// first_result + k reads the result of reduction k.
std::vector<int> phases_of(const ScalarProgram& program, size_t first_result,
                           std::span<const uint16_t> reduced);

}  // namespace lamina
