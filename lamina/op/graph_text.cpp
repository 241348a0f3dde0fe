#include "lamina/op/graph_text.h"

#include "lamina/op/cluster.h"
#include "lamina/op/epilogue.h"
#include "lamina/op/op.h"
#include "lamina/op/subgraph.h"

namespace lamina {

LAMINA_USE_OP(Output)

namespace {

// A visitor that looks at graphs only.
class GraphFields : public FieldVisitor, public SubgraphVisitor {
 public:
  void operator()(const char*, int64_t&) override {}
  void operator()(const char*, bool&) override {}
  void operator()(const char*, IntList&) override {}
  void operator()(const char*, DType&) override {}
};

class GraphPrinter final : public GraphFields {
 public:
  explicit GraphPrinter(const OpDirectory& ops) : ops_(ops) {}
  void subgraph(const char* name, SubgraphRef& graph) override {
    if (!graph) return;
    const std::string lines = to_text(with_all_inputs(*graph), ops_);
    out += text(out.empty() ? "" : ", ", name, "={");
    const size_t first = lines.find('\n') + 1;  // behind the version
    for (size_t n = first; n + 1 < lines.size(); ++n) {
      if (lines[n] == '\n') {
        out += "; ";
      } else {
        out += lines[n];
      }
    }
    out += '}';
  }
  std::string out;

 private:
  const OpDirectory& ops_;
};

class GraphSetter final : public GraphFields {
 public:
  GraphSetter(std::string_view wanted, Graph graph) : wanted_(wanted), graph_(std::move(graph)) {}
  void subgraph(const char* name, SubgraphRef& field) override {
    if (wanted_ != name) return;
    found = true;
    std::vector<Spec> inputs;
    for (GraphValue& v : graph_.values) {
      if (v.leaf == LeafKind::Data) {
        v.leaf_index = static_cast<int>(inputs.size());
        inputs.push_back(v.spec);
      } else if (v.leaf == LeafKind::Number) {
        v.is_constant = true, v.leaf_index = -1;
      }
    }
    graph_.leaf_names.clear();
    field = std::make_shared<const Subgraph>(std::move(graph_), std::move(inputs));
  }
  bool found = false;

 private:
  std::string_view wanted_;
  Graph graph_;
};

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

  std::string graphs_text(const AttributesBase& attributes) const override {
    GraphPrinter printer(*this);
    const_cast<AttributesBase&>(attributes).visit(printer);
    return std::move(printer.out);
  }
  void set_graph(AttributesBase& attributes, std::string_view name, Graph graph) const override {
    GraphSetter setter(name, std::move(graph));
    attributes.visit(setter);
    if (!setter.found) throw KeyError(text("no attribute '", name, "' that is a graph"));
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
