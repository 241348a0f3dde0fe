#include "lamina/exec/capture.h"

#include <mutex>

#include "lamina/base/error.h"
#include "lamina/exec/walk.h"
#include "lamina/op/graph_scope.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"

namespace lamina {

LAMINA_USE_OP(Output)

Captured capture(std::span<const Array> outputs) {
  for (const Array& output : outputs) {
    if (!output) throw StateError("capture: an output is an empty Array");
  }
  std::lock_guard lock(graph_mutex());
  Walk walk;
  walk.begin();
  for (const Array& output : outputs) walk.add_root(output.node());
  if (walk.busy()) throw StateError("capture: another thread is computing these values");
  walk.finish();
  if (walk.placeholder()) raise_placeholder(walk.placeholder());
  Captured captured{walk.to_graph(), {}};
  captured.graph.outputs.clear();
  for (const Array& output : outputs) {
    captured.graph.outputs.push_back(static_cast<int32_t>(output.node()->position));
  }
  for (Node* leaf : walk.leaves()) captured.leaves.push_back(Array::share(leaf));
  // Programs get their numbers at each run; a graph that is kept must hold them.
  for (GraphValue& v : captured.graph.values) {
    if (v.leaf == LeafKind::Number) v.number = captured.leaves[v.leaf_index].node()->number;
  }
  return captured;
}

namespace {

// The module path of a recorded value, while its call is recorded again.
class Origin {
 public:
  explicit Origin(const char* path) : before_(recording().origin) {
    if (path) recording().origin = path;
  }
  ~Origin() { recording().origin = before_; }
  Origin(const Origin&) = delete;

 private:
  const char* before_;
};

Array leaf(const GraphValue& v, std::span<const Array> leaves) {
  if (v.leaf == LeafKind::Number) {
    return is_floating(v.spec.dtype) ? make_number(v.number.real, v.spec.dtype, false)
                                     : make_number(v.number.integer, v.spec.dtype, false);
  }
  const auto index = static_cast<size_t>(v.leaf_index);
  if (index >= leaves.size() || !leaves[index]) {
    throw StateError(text("replay: no array was given for leaf ", index, " (", v.spec, ")"));
  }
  const Array& array = leaves[index];
  if (array.dtype() != v.spec.dtype) {
    throw DTypeError(text("replay: expected ", v.spec, ", got ", describe(array)));
  }
  if (array.ndim() != v.spec.shape.rank()) {
    throw ShapeError(text("replay: expected ", v.spec.shape.rank(), " axes as in ", v.spec,
                          ", got ", describe(array)));
  }
  return array;
}

}  // namespace

std::vector<Array> replay(const Graph& graph, std::span<const Array> leaves) {
  return replay(graph, leaves, [](size_t, const std::vector<Array>&) { return Array(); });
}

std::vector<Array> replay(const Graph& graph, std::span<const Array> leaves, ReplayChange change) {
  Uncut uncut;
  // Every recorded value is held until its last user is recorded, and no longer: what is held would
  // be kept.
  std::vector<int32_t> uses = graph.use_counts();
  std::vector<std::vector<Array>> values(
      graph.values.size());  // several for an op of several outputs
  for (size_t i = 0; i < graph.values.size(); ++i) {
    const GraphValue& v = graph.values[i];
    LAMINA_ASSERT(!v.cluster);
    if (!v.op) {
      values[i].push_back(leaf(v, leaves));
      continue;
    }
    std::vector<Array> inputs;
    for (int32_t input : v.inputs) {
      const auto k = static_cast<size_t>(input);
      std::vector<Array>& from = values[k];
      inputs.push_back(v.op == &ops::op_Output() ? from[v.output] : from[0]);
      if (--uses[k] == 0) from.clear();
    }
    if (v.op == &ops::op_Output()) {
      values[i] = std::move(inputs);
      continue;
    }
    Origin origin(v.origin);
    if (v.op->multiple) {
      values[i] = record_multiple(*v.op, inputs, v.attributes);
      continue;
    }
    Array changed = change(i, inputs);
    values[i].push_back(changed ? std::move(changed) : record(*v.op, inputs, v.attributes));
    if (values[i][0].dtype() != v.spec.dtype) {
      throw DTypeError(text("replay: ", v.op->name, " gives ", describe(values[i][0]),
                            ", recorded was ", v.spec));
    }
  }
  std::vector<Array> outputs;
  for (int32_t output : graph.outputs) outputs.push_back(values[static_cast<size_t>(output)].at(0));
  return outputs;
}

}  // namespace lamina
