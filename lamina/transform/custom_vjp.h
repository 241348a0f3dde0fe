// A function with a gradient of the caller's own.
//
//   auto doubled = custom_vjp(
//       [](auto& x) { return std::vector{x[0]}; },
//       [](const VjpCall& c) { return std::vector{c.cotangents[0] * 2.0}; });
//   Array y = doubled({x})[0];   // x, whose gradient is twice what it would be
#pragma once

#include "lamina/ops/custom_vjp.h"
#include "lamina/transform/vjp.h"

namespace lamina {

// What f computes carries no tape: gradients flow to the arguments alone, as the rule says. It is
// written with public functions, so that it can be differentiated again.
ArraysTransform custom_vjp(ArraysTransform f, VjpRule rule);

}  // namespace lamina
