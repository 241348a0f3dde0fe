#include "lamina/compile/loop_edit.h"

#include <map>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/ops/loops.h"

namespace lamina {

LAMINA_USE_OP(Output)
LAMINA_USE_OP(Scan)

namespace {

size_t at(int32_t i) { return static_cast<size_t>(i); }

Spec stacked(const Spec& one, int64_t length) {
  Spec spec{one.dtype, {length}};
  for (int64_t size : one.shape) spec.shape.push_back(size);
  return spec;
}

Spec slice_of(const Spec& all) {
  Spec spec{all.dtype, {}};
  for (int axis = 1; axis < all.shape.rank(); ++axis) spec.shape.push_back(all.shape[axis]);
  return spec;
}

int32_t append(Graph& graph, GraphValue v) {
  graph.values.push_back(std::move(v));
  return static_cast<int32_t>(graph.values.size() - 1);
}

}  // namespace

LoopEdit::LoopEdit(Graph& outer, const GraphValue& scan, std::vector<bool> used)
    : outer(outer), origin(scan.origin), used_(std::move(used)) {
  const auto& a = scan.attributes->as<ScanAttributes>();
  body = copy_graph(a.body->graph());
  length = a.length;
  reverse = a.reverse;
  const auto first_stack = static_cast<size_t>(a.carries);
  for (size_t i = 0; i < scan.inputs.size(); ++i) {
    const Role role = i < first_stack                                           ? Role::Carry
                      : i < first_stack + static_cast<size_t>(a.sequences) ? Role::Sequence
                                                                                : Role::Outside;
    inputs.push_back({role, scan.inputs[i]});
  }
  for (size_t k = 0; k < body.outputs.size(); ++k) {
    if (k < first_stack) {
      carries.push_back({k, body.outputs[k]});
      results_.push_back([k](const Emitted& e) { return e.carries[k]; });
    } else {
      stacks.push_back(body.outputs[k]);
      stack_users_.push_back(used_[k] ? 1 : 0);
      results_.push_back([s = k - first_stack](const Emitted& e) { return e.stacks[s]; });
    }
  }
  body.outputs.clear();
  overridden_.resize(results_.size(), false);
}

void LoopEdit::set_result(size_t output, Later later) {
  if (!overridden_[output] && output >= carries.size() && used_[output]) {
    --stack_users_[output - carries.size()];
  }
  overridden_[output] = true;
  results_[output] = std::move(later);
}

size_t LoopEdit::stack(int32_t value) {
  for (size_t s = 0; s < stacks.size(); ++s) {
    if (stacks[s] != value) continue;
    ++stack_users_[s];
    return s;
  }
  stacks.push_back(value);
  stack_users_.push_back(1);
  return stacks.size() - 1;
}

int32_t LoopEdit::add_input(Role role, int32_t value) {
  GraphValue v;
  v.spec = outer.values[at(value)].spec;
  if (role == Role::Sequence) v.spec = slice_of(v.spec);
  v.leaf = LeafKind::Data;
  v.leaf_index = static_cast<int>(inputs.size());
  inputs.push_back({role, value});
  return append(body, std::move(v));
}

void LoopEdit::replace(int32_t value, int32_t by) {
  for (GraphValue& v : body.values) {
    for (int32_t& input : v.inputs) {
      if (input == value) input = by;
    }
  }
  for (Carry& c : carries) {
    if (c.next == value) c.next = by;
  }
  for (int32_t& s : stacks) {
    if (s == value) s = by;
  }
}

// Inputs before users again, after values have been appended.
void LoopEdit::sort_body() {
  std::vector<int32_t> renumbered(body.values.size(), -1);
  std::vector<GraphValue> sorted;
  std::vector<std::pair<int32_t, size_t>> stack;
  for (size_t root = 0; root < body.values.size(); ++root) {
    if (renumbered[root] >= 0) continue;
    stack.emplace_back(static_cast<int32_t>(root), 0);
    while (!stack.empty()) {
      auto& [value, next] = stack.back();
      GraphValue& v = body.values[at(value)];
      if (next < v.inputs.size()) {
        const int32_t input = v.inputs[next++];
        if (renumbered[at(input)] < 0) stack.emplace_back(input, 0);
        continue;
      }
      if (renumbered[at(value)] < 0) {
        renumbered[at(value)] = static_cast<int32_t>(sorted.size());
        sorted.push_back(std::move(v));
      }
      stack.pop_back();
    }
  }
  for (GraphValue& v : sorted) {
    for (int32_t& input : v.inputs) input = renumbered[at(input)];
  }
  body.values = std::move(sorted);
  for (Carry& c : carries) c.next = renumbered[at(c.next)];
  for (int32_t& s : stacks) s = renumbered[at(s)];
}

std::vector<LoopEdit::Depends> LoopEdit::dependencies() const {
  std::vector<Depends> result(body.values.size(), Depends::Nothing);
  for (bool again = true; again;) {  // once more where values were appended out of order
    again = false;
    for (size_t i = 0; i < body.values.size(); ++i) {
      const GraphValue& v = body.values[i];
      Depends depends = Depends::Nothing;
      if (v.leaf == LeafKind::Data) {
        const Role role = inputs[static_cast<size_t>(v.leaf_index)].role;
        depends = role == Role::Carry      ? Depends::Carries
                  : role == Role::Sequence ? Depends::Sequences
                                           : Depends::Nothing;
      } else if (v.op && v.op->random) {
        depends = Depends::Carries;
      }
      for (int32_t input : v.inputs) depends = std::max(depends, result[at(input)]);
      again |= depends != result[i];
      result[i] = depends;
    }
  }
  return result;
}

// What the used results need, through carries that they need.
std::vector<bool> LoopEdit::needed_values() const {
  std::vector<bool> needed(body.values.size(), false);
  std::vector<int32_t> open;
  for (size_t s = 0; s < stacks.size(); ++s) {
    if (stack_users_[s] > 0) open.push_back(stacks[s]);
  }
  for (size_t k = 0; k < carries.size(); ++k) {
    if (!carries[k].removed && (overridden_[k] || used_[k])) open.push_back(carries[k].next);
  }
  while (!open.empty()) {
    const int32_t value = open.back();
    open.pop_back();
    if (needed[at(value)]) continue;
    needed[at(value)] = true;
    const GraphValue& v = body.values[at(value)];
    open.insert(open.end(), v.inputs.begin(), v.inputs.end());
    if (v.leaf != LeafKind::Data) continue;
    for (const Carry& c : carries) {
      if (!c.removed && c.input == static_cast<size_t>(v.leaf_index)) open.push_back(c.next);
    }
  }
  return needed;
}

std::vector<int32_t> LoopEdit::emit() {
  sort_body();
  const std::vector<bool> needed = needed_values();
  std::vector<bool> input_used(inputs.size(), false);
  for (size_t i = 0; i < body.values.size(); ++i) {
    const GraphValue& v = body.values[i];
    if (needed[i] && v.leaf == LeafKind::Data) input_used[static_cast<size_t>(v.leaf_index)] = true;
  }
  GraphValue scan;
  scan.op = &ops::op_Scan();
  scan.origin = origin;
  ScanAttributes a;
  std::vector<int> leaf_index(inputs.size(), -1);
  std::vector<Spec> specs;
  std::map<std::pair<Role, int32_t>, int> known;
  auto add_inputs = [&](Role role, auto&& wanted) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].role != role || !wanted(i)) continue;
      if (role != Role::Carry) {  // what comes in twice comes in once
        auto [it, is_new] = known.try_emplace({role, inputs[i].value}, specs.size());
        leaf_index[i] = it->second;
        if (!is_new) continue;
      }
      leaf_index[i] = static_cast<int>(specs.size());
      const Spec& all = outer.values[at(inputs[i].value)].spec;
      specs.push_back(role == Role::Sequence ? slice_of(all) : all);
      scan.inputs.push_back(inputs[i].value);
    }
    return static_cast<int64_t>(specs.size());
  };
  Emitted emitted{outer, std::vector<int32_t>(carries.size(), -1),
                  std::vector<int32_t>(stacks.size(), -1)};
  std::vector<std::pair<int32_t*, Spec>> outputs;
  std::vector<bool> carried(inputs.size(), false);
  for (size_t k = 0; k < carries.size(); ++k) {
    const Carry& c = carries[k];
    if (c.removed || (!input_used[c.input] && !used_[k] && !overridden_[k])) continue;
    carried[c.input] = true;
    body.outputs.push_back(c.next);
    outputs.emplace_back(&emitted.carries[k], body.values[at(c.next)].spec);
  }
  a.carries = add_inputs(Role::Carry, [&](size_t i) { return carried[i]; });
  auto is_read = [&](size_t i) { return input_used[i]; };
  a.sequences = add_inputs(Role::Sequence, is_read) - a.carries;
  add_inputs(Role::Outside, is_read);
  for (size_t s = 0; s < stacks.size(); ++s) {
    if (stack_users_[s] <= 0) continue;
    body.outputs.push_back(stacks[s]);
    outputs.emplace_back(&emitted.stacks[s], stacked(body.values[at(stacks[s])].spec, length));
  }
  remove_dead_values(body);
  for (GraphValue& v : body.values) {
    if (v.leaf == LeafKind::Data) v.leaf_index = leaf_index[static_cast<size_t>(v.leaf_index)];
  }
  a.length = length;
  a.reverse = reverse;
  a.body = std::make_shared<const Subgraph>(std::move(body), std::move(specs));
  scan.attributes = make_attributes(std::move(a));
  const int32_t whole = append(outer, std::move(scan));
  for (size_t k = 0; k < outputs.size(); ++k) {
    GraphValue output;
    output.op = &ops::op_Output();
    output.inputs = {whole};
    output.output = static_cast<uint16_t>(k);
    output.spec = outputs[k].second;
    *outputs[k].first = append(outer, std::move(output));
  }
  std::vector<int32_t> values;
  for (size_t k = 0; k < results_.size(); ++k) values.push_back(used_[k] ? results_[k](emitted) : -1);
  return values;
}

void edit_loops(Graph& graph, FunctionRef<void(LoopEdit&)> edit) {
  std::vector<std::vector<bool>> used(graph.values.size());
  bool any = false;
  for (size_t i = 0; i < graph.values.size(); ++i) {
    const GraphValue& v = graph.values[i];
    if (v.op == &ops::op_Scan()) {
      used[i].resize(v.attributes->as<ScanAttributes>().body->output_count(), false);
      any = true;
    } else if (v.op == &ops::op_Output() && !used[at(v.inputs[0])].empty()) {
      used[at(v.inputs[0])][v.output] = true;
    }
  }
  if (!any) return;
  Graph result;
  result.leaf_count = graph.leaf_count;
  result.leaf_names = std::move(graph.leaf_names);
  std::vector<int32_t> renumbered(graph.values.size(), -1);
  std::vector<std::vector<int32_t>> outputs(graph.values.size());
  for (size_t i = 0; i < graph.values.size(); ++i) {
    GraphValue& v = graph.values[i];
    if (v.op == &ops::op_Output() && !used[at(v.inputs[0])].empty()) {
      renumbered[i] = outputs[at(v.inputs[0])][v.output];
      continue;
    }
    for (int32_t& input : v.inputs) input = renumbered[at(input)];
    if (v.op == &ops::op_Scan()) {
      LoopEdit loop(result, v, std::move(used[i]));
      used[i].resize(1);
      edit(loop);
      outputs[i] = loop.emit();
      continue;
    }
    renumbered[i] = append(result, std::move(v));
  }
  for (int32_t output : graph.outputs) result.outputs.push_back(renumbered[at(output)]);
  graph = std::move(result);
  remove_dead_values(graph);
}

}  // namespace lamina
