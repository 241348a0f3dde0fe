// The steps of an epilogue in the words of oneDNN and kernels like it: activations, and sums and
// products with another array.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lamina/op/backend.h"

namespace lamina::backend {

struct PostOp {
  // Accumulate adds an array of the result's shape that lies where the result will: cheaper than
  // Add, and the way in which a parameter is updated by its gradient in place.
  enum class Kind {
    Relu, Gelu, GeluTanh, Sigmoid, Silu, Tanh, Negate, Add, Subtract, Multiply, Accumulate,
    RoundCast  // to the integers of the result, which is what writing them does
  };
  Kind kind;
  size_t operand = 0;  // of a binary kind: its number among the kernel's operands ..
  Operand extra;       // .. and how it lies, with as many axes as the result
};

// For KernelEntry::takes_step.
bool takes_post_op(const EpilogueStep& step, const Spec* extra);

// The same of a product of 8-bit integers: it may also write 8-bit integers, and add them.
bool takes_quantized_post_op(const EpilogueStep& step, const Spec* extra);

// The epilogue of a request whose result lies as outputs[0] says; extra arrays of the result's shape
// are asked for in its layout, others row-major. Empty without an epilogue; nothing, with a refusal,
// when a step is not one of the above.
std::optional<std::vector<PostOp>> post_ops(KernelRequest& request);

}  // namespace lamina::backend
