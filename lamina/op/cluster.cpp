#include "lamina/op/cluster.h"

#include "lamina/base/error.h"
#include "lamina/op/elementwise.h"
#include "lamina/op/reduction.h"

namespace lamina {

AxisMap broadcast_axes(const Shape& operand, const Shape& domain) {
  AxisMap axes(domain.size(), -1);
  size_t missing = domain.size() - operand.size();
  for (size_t i = 0; i < operand.size(); ++i) {
    if (operand[i] != 1 || domain[missing + i] == 1) axes[missing + i] = static_cast<int8_t>(i);
  }
  return axes;
}

namespace {

Cluster elementwise_cluster(const GraphValue& value, std::span<const Spec* const> inputs) {
  Cluster c;
  c.domain = value.spec.shape;
  SmallVector<uint16_t, 4> operands;
  for (size_t i = 0; i < inputs.size(); ++i) {
    c.input_axes.push_back(broadcast_axes(inputs[i]->shape, c.domain));
    operands.push_back(c.program.input(static_cast<int>(i), compute_type(inputs[i]->dtype)));
  }
  uint16_t result = append_formula(*value.op, c.program, operands, value.spec.dtype);
  c.outputs.push_back({result, value.spec, broadcast_axes(c.domain, c.domain), false, Monoid::Sum});
  return c;
}

// Sums of small integers and of bools accumulate in the result's type.
Cluster reduction_cluster(const GraphValue& value, const Spec& input) {
  const auto& attributes = value.attributes->as<ReductionAttributes>();
  Cluster c;
  c.domain = input.shape;
  c.input_axes.push_back(broadcast_axes(input.shape, c.domain));
  uint16_t operand = c.program.input(0, compute_type(input.dtype));
  operand = c.program.cast(operand, compute_type(value.spec.dtype));
  c.reduced.resize(c.domain.size(), 0);
  for (int64_t axis : attributes.axis) c.reduced[axis] = 1;
  AxisMap axes(c.domain.size(), -1);
  int8_t next = 0;
  for (size_t i = 0; i < c.domain.size(); ++i) {
    if (!c.reduced[i]) {
      axes[i] = next++;
    } else if (attributes.keepdims) {
      ++next;
    }
  }
  c.outputs.push_back({operand, value.spec, axes, true, *value.op->monoid});
  return c;
}

}  // namespace

Cluster cluster_of(const GraphValue& value, std::span<const Spec* const> inputs) {
  Cluster c = value.op->elementwise ? elementwise_cluster(value, inputs)
                                    : reduction_cluster(value, *inputs[0]);
  c.ops.push_back(value.op->name);
  return c;
}

}  // namespace lamina
