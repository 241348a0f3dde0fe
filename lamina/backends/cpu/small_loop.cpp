// Loops of one operation on small integers, and of one conversion, over contiguous elements:
// without the tiles of 64-bit values in which longer loops compute. The rule before cpu.loop.
#include <optional>

#include "lamina/backends/cpu/loop_domain.h"
#include "lamina/backends/cpu/loop_normal.h"
#include "lamina/backends/cpu/small_integers.h"
#include "lamina/base/parallel_for.h"
#include "lamina/op/backend.h"

namespace lamina::cpu {

namespace {

constexpr int64_t kBytesPerThread = 64 * 1024;

struct SmallLoop {
  SmallIntegerFunction function = nullptr;
  size_t left = 0, right = 0;  // inputs
};

// The one operation of the loop, or why it is not one of ours.
const char* find_operation(const Loop& loop, SmallLoop& found) {
  if (!loop.reductions.empty() || loop.stores.size() != 1)
    return "not one result without reduction";
  const NormalProgram normal = normalize(loop);
  const auto& code = normal.program.code;
  const ScalarInstruction& last = code[normal.stores[0]];
  const DType result = loop.stores[0].operand.dtype;
  auto input = [&](uint16_t value) -> std::optional<size_t> {
    if (code[value].op != ScalarOp::Input) return std::nullopt;
    return code[value].a;
  };
  const bool moves = last.op == ScalarOp::Input || last.op == ScalarOp::Cast;
  const auto a = last.op == ScalarOp::Input ? std::optional<size_t>(last.a) : input(last.a);
  const auto b = operand_count(last.op) == 2 ? input(last.b) : a;
  if (!a || !b || operand_count(last.op) > 2) return "more than one operation";
  const DType dtype = loop.inputs[*a].dtype;
  if (loop.inputs[*b].dtype != dtype) return "operands of two types";
  found.left = *a, found.right = *b;
  if (moves) {
    found.function = small_integer_cast(dtype, result);
    return found.function ? nullptr : "a conversion that tiles do as well";
  }
  const bool compares = last.type == ScalarType::Bool;
  if (result != (compares ? DType::Bool : dtype)) return "the result has another type";
  found.function = small_integer_function(last.op, dtype);
  return found.function ? nullptr : "not a cheap operation on small integers";
}

class SmallLoopKernel final : public Kernel {
 public:
  SmallLoopKernel(const SmallLoop& loop, const LoopDomain& domain, size_t inputs)
      : loop_(loop), n_(domain.elements), output_(inputs) {
    left_step_ = domain.column.stride[loop.left];
    right_step_ = domain.column.stride[loop.right];
    step_ = domain.column.stride[inputs];
  }

  void run(std::byte* const* operands, RunContext&) const override {
    const std::byte *a = operands[loop_.left], *b = operands[loop_.right];
    std::byte* to = operands[output_];
    const int64_t bytes = std::max<int64_t>(1, left_step_ + right_step_ + step_);
    parallel_for(0, n_, kBytesPerThread / bytes, [&](int64_t first, int64_t last) {
      loop_.function(to + first * step_, a + first * left_step_, b + first * right_step_,
                     last - first, left_step_ != 0, right_step_ != 0);
    });
  }

  // Element by element, where both have elements of one size.
  bool may_alias(int input, int) const override {
    const auto k = static_cast<size_t>(input);
    const int64_t step = k == loop_.left ? left_step_ : k == loop_.right ? right_step_ : 0;
    return step == step_;
  }

 private:
  SmallLoop loop_;
  int64_t n_, left_step_, right_step_, step_;  // bytes
  size_t output_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  SmallLoop found;
  if (!request.loop) {
    request.refusal = "not a loop";
    return nullptr;
  }
  const Loop& loop = *request.loop;
  if (const char* why = find_operation(loop, found)) {
    request.refusal = why;
    return nullptr;
  }
  const LoopDomain domain = arrange(loop);
  const std::vector<LoopOperand> operands = operands_of(loop);
  bool contiguous = domain.outer.empty() && domain.row.size == 1 && domain.elements > 1;
  for (size_t k : {found.left, found.right, loop.inputs.size()}) {
    const int64_t step = domain.column.stride[k];
    const bool uniform = step == 0 && k != loop.inputs.size();
    contiguous =
        contiguous && (uniform || step == static_cast<int64_t>(size_of(operands[k].dtype)));
  }
  if (!contiguous) {
    request.refusal = "elements are not contiguous";
    return nullptr;
  }
  return std::make_unique<SmallLoopKernel>(found, domain, loop.inputs.size());
}

}  // namespace
}  // namespace lamina::cpu

namespace lamina::backend {
LAMINA_KERNEL(small_loop)
= {"loop", "cpu.small_loop", 5, cpu::rule};
}  // namespace lamina::backend
