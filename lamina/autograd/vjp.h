// Reverse-mode differentiation of recorded graphs: a graph goes in, its gradient is recorded beside
// it.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "lamina/core/array.h"
#include "lamina/core/variable.h"

namespace lamina {

// The gradients of a one-element `loss` with respect to recorded arrays, in their order. Arrays
// that the loss does not depend on get zeros. The results can be differentiated again.
std::vector<Array> gradients(const Array& loss, const std::vector<Array>& arrays);

// The cotangents of `inputs` for given cotangents of `outputs` (a vector-Jacobian product). Where one
// input depends on another, gradients flow on through it; those of `independent` inputs do not.
std::vector<Array> vjp(const std::vector<Array>& outputs, const std::vector<Array>& cotangents,
                       const std::vector<Array>& inputs, bool independent = false);

// grad(f)(x): df/dx at x for f: Array -> one-element Array; value_and_grad also gives f(x). With
// several arguments, functions of std::vector<Array> and the gradients of all of them.
using ArrayFunction = std::function<Array(const Array&)>;
using ArraysFunction = std::function<Array(const std::vector<Array>&)>;

std::function<std::pair<Array, std::vector<Array>>(const std::vector<Array>&)> value_and_grad_of(
    ArraysFunction f);
std::function<std::pair<Array, Array>(const Array&)> value_and_grad(ArrayFunction f);
std::function<Array(const Array&)> grad(ArrayFunction f);

// The same value, through which no gradient flows.
Array stop_gradient(Array x);

// The gradients of `loss` with respect to all trainable variables it depends on. Ends the tape
// unless retain.
struct VariableGradient {
  Ref<Variable> variable;
  Array gradient;
};
std::vector<VariableGradient> variable_gradients(const Array& loss, bool retain_graph);

}  // namespace lamina
