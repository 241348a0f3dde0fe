// pad: the array in its place, and around it two slabs for each axis, which are copies of one
// number with steps of 0. Nothing is written twice.
#include "lamina/backends/cpu/pieces.h"
#include "lamina/ops/movement_attributes.h"

namespace lamina::backend {

namespace {

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  const auto& a = *static_cast<const PadAttributes*>(request.attributes);
  const Operand &x = request.inputs[0], &output = request.outputs[0];
  const Strides nowhere(x.shape.size(), 0);
  auto kernel = std::make_unique<cpu::Pieces>(request);
  // The slabs of an axis span the padded sizes of the axes after it and the array's of those
  // before.
  Shape slab = output.shape;
  int64_t offset = 0;
  for (size_t axis = 0; axis < x.shape.size(); ++axis) {
    const int64_t step = output.strides[axis], low = a.low[axis], high = a.high[axis];
    slab[axis] = low;
    kernel->add(1, slab, nowhere, offset, output.strides);
    slab[axis] = high;
    kernel->add(1, slab, nowhere, offset + (low + x.shape[axis]) * step, output.strides);
    slab[axis] = x.shape[axis];
    offset += low * step;
  }
  kernel->add(0, x.shape, x.strides, offset, output.strides);
  return kernel;
}

}  // namespace

LAMINA_KERNEL(pad)
= {"pad", "cpu.pad", 10, rule};

}  // namespace lamina::backend
