#include "lamina/train/event_graph.h"

#include <algorithm>
#include <unordered_map>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/exec/capture.h"
#include "lamina/io/protobuf.h"
#include "lamina/nn/rehearsal.h"
#include "lamina/op/op.h"
#include "lamina/ops/creation.h"
#include "lamina/train/trainer_parts.h"

namespace lamina::train {
namespace {

using io::ProtoMessage;

// Slashes fold: "features/0/conv" is shown as a box in a box.
std::string folded(std::string_view path) {
  std::string name(path);
  std::replace(name.begin(), name.end(), '.', '/');
  return name;
}

ProtoMessage shape_attribute(const Shape& shape) {
  ProtoMessage sizes, list, value, entry;
  for (int64_t size : shape) sizes.message(2, ProtoMessage().integer(1, size));
  list.message(7, sizes);  // AttrValue.ListValue.shape
  value.message(1, list);
  return entry.text(1, "_output_shapes").message(2, value);
}

}  // namespace

std::string graph_message(nn::Module& module, const InputSpec& input) {
  const EvaluationMode mode(module);
  const nn::StateDict state = module.state_dict();
  for (const auto& [name, value] : state) value.eval();
  std::vector<int64_t> sizes = input.shape.to_vector();
  if (!sizes.empty() && sizes[0] == -1) sizes[0] = 1;
  const Shape shape(sizes);
  const std::vector<std::byte> zeros(static_cast<size_t>(shape.elements()) * size_of(input.dtype));
  const Array x = from_data(zeros.data(), shape, input.dtype);
  const nn::Rehearsal rehearsal;
  const Array y = module(x);
  const Captured captured = capture(std::span(&y, 1));

  const auto is_input = [&](const Array& leaf) { return leaf.node() == x.node(); };
  if (std::none_of(captured.leaves.begin(), captured.leaves.end(), is_input)) {
    throw StateError(text("the output of this ", module.kind(), " does not depend on its input"))
        .help("forward reads values while it is recorded: what it makes of them are constants");
  }
  std::unordered_map<const Node*, std::string> leaves{{x.node(), "input"}};
  for (const auto& [name, value] : state) leaves.emplace(value.node(), folded(name));
  std::unordered_map<std::string, int> used;
  std::vector<std::string> names;
  ProtoMessage graph;
  for (const GraphValue& v : captured.graph.values) {
    std::string name = "number", kind = "Const";
    if (v.op) {
      kind = v.op->name;
      name = v.origin && *v.origin ? text(folded(v.origin), "/", kind) : kind;
    } else if (v.leaf == LeafKind::Data) {
      const auto known = leaves.find(captured.leaves[static_cast<size_t>(v.leaf_index)].node());
      name = known == leaves.end() ? "constant" : known->second;
      kind = name == "input" ? "Placeholder" : "Variable";
    }
    const int before = used[name]++;
    names.push_back(before == 0 ? name : text(name, "_", before));
    if (v.leaf == LeafKind::Number || (!v.op && v.leaf == LeafKind::None)) continue;
    ProtoMessage node;
    node.text(1, names.back()).text(2, kind);
    for (int32_t i : v.inputs) {
      const GraphValue& from = captured.graph.values[static_cast<size_t>(i)];
      if (from.op || from.leaf == LeafKind::Data) node.text(3, names[static_cast<size_t>(i)]);
    }
    node.message(5, shape_attribute(v.spec.shape));
    graph.message(1, node);
  }
  graph.message(4, ProtoMessage().integer(1, 22));  // the version of the format
  return graph.bytes();
}

}  // namespace lamina::train
