// slice_update: a copy of the array, or the array itself where nobody else needs it, and the value
// copied over the part.
#include "lamina/backends/cpu/pieces.h"
#include "lamina/ops/slice_range.h"

namespace lamina::backend {

namespace {

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  const auto& attributes = *static_cast<const SliceAttributes*>(request.attributes);
  const Operand &x = request.inputs[0], &value = request.inputs[1], &output = request.outputs[0];
  auto kernel = std::make_unique<cpu::Pieces>(request);
  kernel->add(0, x.shape, x.strides, 0, output.strides);
  kernel->allow_in_place();
  const View part = slice_view(attributes, output.strides);
  kernel->add(1, value.shape, value.strides, part.offset, part.strides);
  return kernel;
}

}  // namespace

LAMINA_KERNEL(slice_update)
= {"slice_update", "cpu.slice_update", 10, rule};

}  // namespace lamina::backend
