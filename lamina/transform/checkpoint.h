// Less memory for more work: a part of a network whose intermediate values are not kept for the
// backward pass but computed again (Chen et al., "Training deep nets with sublinear memory cost",
// 2016).
//
//   auto block = checkpoint([&](auto& x) { return std::vector{layers(x[0])}; });
//   Array y = block({x})[0];
#pragma once

#include "lamina/transform/vjp.h"

namespace lamina {

// Values and gradients are those of f, also with respect to parameters that f uses from outside.
// Random draws are repeated when f is recorded again, and changes of state (running means) happen
// once. f must record the same each time.
ArraysTransform checkpoint(ArraysTransform f);

}  // namespace lamina
