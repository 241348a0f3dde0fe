#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ir/text.h"

namespace lamina {
namespace {

std::string quote(std::string_view name) {
  std::string out(1, '"');
  for (char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      throw ValueError(text("to_text: a name holds the control character ", static_cast<int>(c)));
    }
    out += c;
  }
  out += '"';
  return out;
}

std::string leaf_text(const Graph& graph, const GraphValue& v) {
  if (v.leaf == LeafKind::Number) {
    const std::string value =
        is_floating(v.spec.dtype) ? number(v.number.real) : text(v.number.integer);
    return text("number ", v.spec.dtype, " ", value);
  }
  const auto index = static_cast<size_t>(v.leaf_index);
  const std::string name = index < graph.leaf_names.size() ? graph.leaf_names[index] : "";
  return text("input ", v.spec, " ", quote(name));
}

std::string call_text(const GraphValue& v, const OpDirectory& ops) {
  if (v.op == &ops.output_op()) {
    return text("%", v.inputs[0], "[", v.output, "] : ", v.spec);
  }
  std::string arguments;
  for (int32_t input : v.inputs) arguments += text(arguments.empty() ? "%" : ", %", input);
  if (v.cluster) {
    std::string out = text(ops.cluster_text(*v.cluster), "(", arguments, ")");
    if (!ops.has_several_outputs(*v.cluster)) out += text(" : ", v.spec);
    return out;
  }
  const std::string attributes = attributes_text(v.attributes.get());
  if (!attributes.empty()) arguments += text(arguments.empty() ? "" : ", ", attributes);
  const std::string graphs = v.attributes ? ops.graphs_text(*v.attributes) : "";
  if (!graphs.empty()) arguments += text(arguments.empty() ? "" : ", ", graphs);
  const std::string steps = v.epilogue ? ops.epilogue_text(*v.epilogue) : "";
  std::string out = text(ops.name(*v.op), steps, "(", arguments, ")");
  if (!ops.has_several_outputs(*v.op)) out += text(" : ", v.spec);
  return out;
}

}  // namespace

std::string to_text(const Graph& graph, const OpDirectory& ops) {
  std::string out = "lamina-ir 1\n";
  for (size_t i = 0; i < graph.values.size(); ++i) {
    const GraphValue& v = graph.values[i];
    const bool leaf = v.leaf != LeafKind::None;
    LAMINA_ASSERT(leaf || v.op || v.cluster);
    out += text("%", i, " = ", leaf ? leaf_text(graph, v) : call_text(v, ops));
    if (v.op && v.origin && *v.origin) out += text(" in ", quote(v.origin));
    out += '\n';
  }
  for (int32_t output : graph.outputs) out += text("output %", output, "\n");
  return out;
}

}  // namespace lamina
