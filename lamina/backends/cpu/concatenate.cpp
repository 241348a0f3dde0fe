// concatenate: each array is one copy into its place in the result.
#include "lamina/backends/cpu/pieces.h"
#include "lamina/ops/movement_attributes.h"

namespace lamina::backend {

namespace {

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  const auto axis =
      static_cast<size_t>(static_cast<const ConcatenateAttributes*>(request.attributes)->axis);
  // Laid out like the largest array, so that channels-last data stays so.
  size_t largest = 0;
  for (size_t i = 1; i < request.inputs.size(); ++i) {
    if (request.inputs[i].shape[axis] > request.inputs[largest].shape[axis]) largest = i;
  }
  Operand& output = request.outputs[0];
  const Operand& like = request.inputs[largest];
  bool spread = false;  // broadcast axes have no place in an order
  for (size_t d = 0; d < like.shape.size(); ++d) spread |= like.shape[d] > 1 && like.strides[d] <= 0;
  if (!spread) output.strides = dense_strides_like(output.shape, like.strides);
  auto kernel = std::make_unique<cpu::Pieces>(request);
  int64_t offset = 0;
  for (size_t i = 0; i < request.inputs.size(); ++i) {
    const Operand& input = request.inputs[i];
    kernel->add(i, input.shape, input.strides, offset, output.strides);
    offset += input.shape[axis] * output.strides[axis];
  }
  return kernel;
}

}  // namespace

LAMINA_KERNEL(concatenate)
= {"concatenate", "cpu.concatenate", 10, rule};

}  // namespace lamina::backend
