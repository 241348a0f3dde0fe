#include "lamina/op/subgraph.h"

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"

namespace lamina {

LAMINA_USE_OP(Output)

namespace {

void add_spec(std::vector<uint32_t>& key, const Spec& spec) {
  key.push_back(static_cast<uint32_t>(spec.dtype) << 8 | static_cast<uint32_t>(spec.shape.size()));
  for (int64_t size : spec.shape) {
    key.push_back(static_cast<uint32_t>(size));
    key.push_back(static_cast<uint32_t>(static_cast<uint64_t>(size) >> 32));
  }
}

// Shapes and types of results follow from the inputs and attributes.
std::vector<uint32_t> key_of(const Graph& graph, const std::vector<Spec>& inputs) {
  enum : uint32_t { kInput = 0x80000000u, kConstant = 0x40000000u };
  std::vector<uint32_t> key;
  key.push_back(static_cast<uint32_t>(inputs.size()));
  for (const Spec& spec : inputs) add_spec(key, spec);
  key.push_back(static_cast<uint32_t>(graph.values.size()));
  for (const GraphValue& v : graph.values) {
    if (v.leaf == LeafKind::Data) {
      key.push_back(kInput | static_cast<uint32_t>(v.leaf_index));
      continue;
    }
    if (v.leaf == LeafKind::Number) {
      key.push_back(kConstant | static_cast<uint32_t>(v.spec.dtype));
      key.push_back(static_cast<uint32_t>(v.number.integer));
      key.push_back(static_cast<uint32_t>(static_cast<uint64_t>(v.number.integer) >> 32));
      continue;
    }
    key.push_back(v.op->id | static_cast<uint32_t>(v.output) << 20);
    key.push_back(static_cast<uint32_t>(v.inputs.size()));
    for (int32_t input : v.inputs) key.push_back(static_cast<uint32_t>(input));
    if (v.attributes) v.attributes->write_key(key);
  }
  for (int32_t output : graph.outputs) key.push_back(static_cast<uint32_t>(output));
  return key;
}

Array constant(const GraphValue& v) {
  return is_floating(v.spec.dtype) ? make_number(v.number.real, v.spec.dtype, false)
                                   : make_number(v.number.integer, v.spec.dtype, false);
}

}  // namespace

Subgraph::Subgraph(Graph graph, std::vector<Spec> inputs)
    : graph_(std::move(graph)), inputs_(std::move(inputs)) {
  graph_.leaf_count = static_cast<int>(inputs_.size());
  for (const GraphValue& v : graph_.values) LAMINA_ASSERT(v.op || v.leaf != LeafKind::None);
  key_ = key_of(graph_, inputs_);
}

GraphValue copy_value(const GraphValue& v) {
  GraphValue copy;
  copy.op = v.op;
  copy.attributes = v.attributes;
  copy.inputs = v.inputs;
  copy.spec = v.spec;
  copy.output = v.output;
  copy.origin = v.origin;
  copy.leaf = v.leaf;
  copy.leaf_index = v.leaf_index;
  copy.is_constant = v.is_constant;
  copy.number = v.number;
  if (v.strides) copy.strides = std::make_unique<Strides>(*v.strides);
  copy.dies = v.dies;
  copy.is_variable = v.is_variable;
  copy.cluster = v.cluster;
  copy.epilogue = v.epilogue;
  return copy;
}

Graph copy_graph(const Graph& graph) {
  Graph copy;
  for (const GraphValue& v : graph.values) copy.values.push_back(copy_value(v));
  copy.outputs = graph.outputs;
  copy.leaf_count = graph.leaf_count;
  copy.leaf_names = graph.leaf_names;
  copy.sizes = graph.sizes;
  return copy;
}

SubgraphRef with_inputs(const Subgraph& subgraph, const std::vector<size_t>& places,
                        std::vector<Spec> inputs) {
  Graph graph = copy_graph(subgraph.graph());
  for (GraphValue& v : graph.values) {
    if (v.leaf == LeafKind::Data)
      v.leaf_index = static_cast<int>(places[static_cast<size_t>(v.leaf_index)]);
  }
  return std::make_shared<const Subgraph>(std::move(graph), std::move(inputs));
}

std::vector<Array> replay(const Subgraph& subgraph, const std::vector<Array>& inputs) {
  const Graph& graph = subgraph.graph();
  std::vector<std::vector<Array>> values(graph.values.size());
  for (size_t i = 0; i < graph.values.size(); ++i) {
    const GraphValue& v = graph.values[i];
    if (v.leaf == LeafKind::Data) {
      values[i] = {inputs.at(static_cast<size_t>(v.leaf_index))};
      continue;
    }
    if (v.leaf == LeafKind::Number) {
      values[i] = {constant(v)};
      continue;
    }
    if (v.op == &ops::op_Output()) {
      values[i] = {values[static_cast<size_t>(v.inputs[0])][v.output]};
      continue;
    }
    std::vector<Array> operands;
    for (int32_t input : v.inputs) operands.push_back(values[static_cast<size_t>(input)][0]);
    const char* before = recording().origin;
    if (v.origin) recording().origin = v.origin;
    values[i] = v.op->multiple ? record_multiple(*v.op, operands, v.attributes)
                               : std::vector{record(*v.op, operands, v.attributes)};
    recording().origin = before;
  }
  std::vector<Array> outputs;
  for (int32_t output : graph.outputs) outputs.push_back(values[static_cast<size_t>(output)][0]);
  return outputs;
}

Graph with_all_inputs(const Subgraph& subgraph) {
  const Graph& graph = subgraph.graph();
  Graph all;
  for (size_t i = 0; i < subgraph.input_count(); ++i) {
    GraphValue v;
    v.spec = subgraph.input(i);
    v.leaf = LeafKind::Data;
    v.leaf_index = static_cast<int>(i);
    all.values.push_back(std::move(v));
  }
  std::vector<int32_t> numbers;
  for (const GraphValue& value : graph.values) {
    if (value.leaf == LeafKind::Data) {
      numbers.push_back(value.leaf_index);
      continue;
    }
    GraphValue v = copy_value(value);
    for (int32_t& input : v.inputs) input = numbers[static_cast<size_t>(input)];
    numbers.push_back(static_cast<int32_t>(all.values.size()));
    all.values.push_back(std::move(v));
  }
  for (int32_t output : graph.outputs)
    all.outputs.push_back(numbers[static_cast<size_t>(output)]);
  all.leaf_count = graph.leaf_count;
  return all;
}

void visit_subgraph(FieldVisitor& visitor, const char* name, SubgraphRef& graph) {
  if (auto* knows = dynamic_cast<SubgraphVisitor*>(&visitor)) knows->subgraph(name, graph);
}

void visit_subgraph(const detail::KeyVisitor& visitor, const char*, const SubgraphRef& graph) {
  const uint32_t words = graph ? static_cast<uint32_t>(graph->key().size()) : 0;
  visitor.key.push_back(words);
  if (graph) visitor.key.insert(visitor.key.end(), graph->key().begin(), graph->key().end());
}

}  // namespace lamina
