// Values with a gradient of the caller's own.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "lamina/core/array.h"

namespace lamina {

// What a rule is given: the arguments that gradients are wanted for, the outputs, and the outputs'
// cotangents (zeros where nothing used one). It returns a cotangent for every argument; an empty
// Array stands for zeros. It is called when gradients are recorded, perhaps on another thread.
struct VjpCall {
  std::vector<Array> arguments, outputs, cotangents;
};
using VjpRule = std::function<std::vector<Array>(const VjpCall&)>;

// The values themselves, whose gradient flows into `arguments` as the rule says and nowhere else.
std::vector<Array> with_vjp(std::vector<Array> values, std::vector<Array> arguments,
                            std::shared_ptr<const VjpRule> rule);

// x, computed no sooner than the other array. A recomputation that starts from it waits for the
// backward pass, and is never merged with what was computed before.
Array after(Array x, Array other);

}  // namespace lamina
