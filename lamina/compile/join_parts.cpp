#include "lamina/compile/join_parts.h"

#include <algorithm>

#include "lamina/op/concatenation.h"
#include "lamina/op/op.h"
#include "lamina/ops/slice_range.h"

namespace lamina {

LAMINA_USE_OP(Add)
LAMINA_USE_OP(BroadcastTo)
LAMINA_USE_OP(Concatenate)
LAMINA_USE_OP(SliceUpdate)

namespace {

size_t at(int32_t i) { return static_cast<size_t>(i); }

bool is_zero(const Graph& graph, int32_t value) {
  const GraphValue* v = &graph.values[at(value)];
  while (v->op == &ops::op_BroadcastTo()) v = &graph.values[at(v->inputs[0])];
  return v->leaf == LeafKind::Number && v->is_constant && v->number.integer == 0;
}

struct Part {
  int32_t value;
  int axis = -1;  // the only one along which it is not the whole
  int64_t first = 0, count = 0;
};

// The part of a slice_update of zeros; axis -1 where it is not one.
Part part_of(const Graph& graph, int32_t value) {
  const GraphValue& v = graph.values[at(value)];
  Part part{value};
  if (v.op != &ops::op_SliceUpdate() || !is_zero(graph, v.inputs[0])) return part;
  const auto& a = v.attributes->as<SliceAttributes>();
  part.value = v.inputs[1];
  int axis = -1;
  for (int d = 0; d < v.spec.shape.rank(); ++d) {
    const auto n = static_cast<size_t>(d);
    if (a.step[n] != 1) return part;
    if (a.start[n] == 0 && a.count[n] == v.spec.shape[d]) continue;
    if (axis >= 0) return part;
    axis = d;
    part.first = a.start[n], part.count = a.count[n];
  }
  part.axis = axis;
  return part;
}

// The parts in their order, if they fill the axis.
std::vector<Part> parts_of(const Graph& graph, int32_t sum, const std::vector<int32_t>& uses) {
  std::vector<int32_t> open{sum};
  std::vector<Part> parts;
  while (!open.empty()) {
    const int32_t current = open.back();
    open.pop_back();
    const GraphValue& v = graph.values[at(current)];
    if (v.op == &ops::op_Add() && (current == sum || uses[at(current)] == 1) &&
        graph.values[at(v.inputs[0])].spec.shape == v.spec.shape &&
        graph.values[at(v.inputs[1])].spec.shape == v.spec.shape) {
      open.push_back(v.inputs[0]), open.push_back(v.inputs[1]);
      continue;
    }
    parts.push_back(part_of(graph, current));
    if (parts.back().axis < 0 || parts.back().axis != parts[0].axis) return {};
  }
  std::sort(parts.begin(), parts.end(),
            [](const Part& a, const Part& b) { return a.first < b.first; });
  int64_t next = 0;
  for (const Part& part : parts) {
    if (part.first != next) return {};
    next += part.count;
  }
  return next == graph.values[at(sum)].spec.shape[parts[0].axis] ? parts : std::vector<Part>();
}

}  // namespace

void join_parts(Graph& graph) {
  const std::vector<int32_t> uses = graph.use_counts();
  bool any = false;
  // From the end, so that the whole sum is seen before its beginning.
  for (size_t i = graph.values.size(); i-- > 0;) {
    GraphValue& v = graph.values[i];
    if (v.op != &ops::op_Add()) continue;
    const std::vector<Part> parts = parts_of(graph, static_cast<int32_t>(i), uses);
    if (parts.size() < 2) continue;
    v.op = &ops::op_Concatenate();
    v.attributes = make_attributes(ConcatenateAttributes{parts[0].axis});
    v.inputs.clear();
    for (const Part& part : parts) v.inputs.push_back(part.value);
    any = true;
  }
  if (any) remove_dead_values(graph);
}

}  // namespace lamina
