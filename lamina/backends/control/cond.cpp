// cond: the program of one branch.
#include <cstring>

#include "lamina/backends/control/step_program.h"
#include "lamina/base/once.h"
#include "lamina/op/op.h"
#include "lamina/ops/loops.h"

namespace lamina::backend {
namespace {

class CondKernel final : public Kernel {
 public:
  explicit CondKernel(AttributesRef attributes)
      : attributes_(std::move(attributes)), cond_(attributes_->as<CondAttributes>()) {}

  void run(std::byte* const* operands, RunContext& context) const override {
    const bool holds = *reinterpret_cast<const bool*>(operands[0]);
    const Subgraph& branch = holds ? *cond_.yes : *cond_.no;
    Branch& compiled = branches_[holds];
    compiled.once([&] { compiled.program = body_program(branch, 0, branch.input_count()); });
    run_once(*compiled.program, branch, operands + 1, operands + 1 + branch.input_count(), context);
  }

 private:
  struct Branch {
    Once once;
    std::shared_ptr<const Program> program;
  };
  AttributesRef attributes_;
  const CondAttributes& cond_;
  mutable Branch branches_[2];
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  for (Operand& input : request.inputs) input.strides = row_major_strides(input.shape);
  return std::make_unique<CondKernel>(request.attributes_owner);
}

}  // namespace

LAMINA_KERNEL(cond_branch)
= {"cond", "control.cond", 10, rule};

}  // namespace lamina::backend
