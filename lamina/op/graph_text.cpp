#include "lamina/op/graph_text.h"

#include "lamina/op/cluster.h"
#include "lamina/op/epilogue.h"
#include "lamina/op/op.h"

namespace lamina {

LAMINA_USE_OP(Output)

namespace {

class Registry final : public OpDirectory {
 public:
  std::string_view name(const Op& op) const override { return op.name; }
  const Op* find(std::string_view name) const override {
    const Op* op = op::find(name);
    return op == &output_op() ? nullptr : op;
  }
  AttributesRef attributes(const Op& op) const override {
    return op.default_attributes ? op.default_attributes() : AttributesRef();
  }
  bool has_several_outputs(const Op& op) const override { return op.multiple; }
  const Op& output_op() const override { return ops::op_Output(); }
  bool has_several_outputs(const Cluster& cluster) const override {
    return cluster.outputs.size() > 1;
  }
  std::string epilogue_text(const Epilogue& epilogue) const override {
    std::string steps;
    for (const EpilogueStep& step : epilogue.steps) steps += text(" + ", step.op->name);
    return steps;
  }
  std::string cluster_text(const Cluster& cluster) const override {
    std::string members;
    for (const char* op : cluster.ops) members += text(members.empty() ? "" : ", ", op);
    return text("cluster{", members, "}");
  }

  std::vector<Spec> infer(const Op& op, std::span<const Spec* const> inputs,
                          const AttributesBase* attributes) const override {
    const int count = static_cast<int>(inputs.size());
    if (count < op.min_inputs() || (op.max_inputs() >= 0 && count > op.max_inputs())) {
      throw ValueError(text(op.name, ": expected ", op.min_inputs(), " or more arrays, got ", count));
    }
    Inference inference(op, inputs, attributes);
    op.infer(inference);
    for (const Spec& spec : inference.outputs) {
      check_shape(spec.shape, size_of(spec.dtype), text(op.name, ": result"));
    }
    return std::move(inference.outputs);
  }
};

}  // namespace

const OpDirectory& op_directory() {
  static const Registry registry;
  return registry;
}

}  // namespace lamina
