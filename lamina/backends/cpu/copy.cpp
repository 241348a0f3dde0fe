// copy: the same values in another layout. This is what every conversion between layouts runs.
#include "lamina/backends/cpu/strided_copy.h"
#include "lamina/op/backend.h"

namespace lamina::backend {

namespace {

class CopyKernel final : public Kernel {
 public:
  explicit CopyKernel(cpu::StridedCopy copy) : copy_(std::move(copy)) {}
  bool may_alias(int, int) const override { return copy_.one_run(); }
  void run(std::byte* const* operands, RunContext&) const override {
    copy_.run(operands[0], operands[1]);
  }

 private:
  cpu::StridedCopy copy_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  const Operand &input = request.inputs[0], &output = request.outputs[0];
  if (input.dtype != output.dtype) {
    request.refusal = "takes an output of the input's type";
    return nullptr;
  }
  return std::make_unique<CopyKernel>(
      cpu::StridedCopy(input.dtype, output.shape, input.strides, output.strides, request.threads));
}

}  // namespace

LAMINA_KERNEL(copy_strided)
= {"copy", "copy", 10, rule};

}  // namespace lamina::backend
