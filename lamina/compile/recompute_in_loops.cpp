#include "lamina/compile/recompute_in_loops.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "lamina/compile/loop_edit.h"
#include "lamina/exec/estimate.h"
#include "lamina/op/elementwise.h"
#include "lamina/op/op.h"
#include "lamina/op/scalar.h"
#include "lamina/op/subgraph.h"
#include "lamina/ops/loops.h"
#include "lamina/ops/slice_range.h"

namespace lamina {

LAMINA_USE_OP(Output)
LAMINA_USE_OP(Scan)
LAMINA_USE_OP(Slice)

namespace {

constexpr size_t kLongestChain = 12;
constexpr double kFunction = 24;  // instructions of exp, tanh and their like

size_t at(int32_t i) { return static_cast<size_t>(i); }

double bytes_of(const Spec& s) {
  return static_cast<double>(s.shape.elements()) * static_cast<double>(size_of(s.dtype));
}

double instructions_of(const Graph& graph, const GraphValue& v) {
  if (!v.op || !v.op->elementwise) return 0;
  ScalarProgram program;
  SmallVector<uint16_t, 4> operands;
  for (size_t k = 0; k < v.inputs.size(); ++k) {
    operands.push_back(
        program.input(static_cast<int>(k), compute_type(graph.values[at(v.inputs[k])].spec.dtype)));
  }
  append_formula(*v.op, program, operands, v.spec.dtype);
  double count = 0;
  for (const ScalarInstruction& i : program.code) {
    const bool free = i.op == ScalarOp::Input || i.op == ScalarOp::Constant;
    const bool function =
        (i.op >= ScalarOp::Exp && i.op <= ScalarOp::Sigmoid) || i.op == ScalarOp::Power;
    count += free ? 0 : function ? kFunction : 1;
  }
  return count * static_cast<double>(v.spec.shape.elements());
}

// One output of a scan.
using Stack = std::pair<int32_t, uint16_t>;

// How a loop gets what another one has computed, instead of reading all of it.
struct Instead {
  std::vector<int32_t> chain;           // values of the other's body, in order: computed again
  AttributesRef slice;                  // or: the part that is kept
  std::optional<uint16_t> slice_place;  // .. as this output
};

class Choosing {
 public:
  explicit Choosing(Graph& graph) : graph_(graph) {
    for (size_t i = 0; i < graph.values.size(); ++i) {
      const GraphValue& v = graph.values[i];
      for (size_t k = 0; k < v.inputs.size(); ++k) {
        if (!is_stack(v.inputs[k])) continue;
        const bool sequence = v.op == &ops::op_Scan() && is_sequence(attributes_of(v), k);
        readers_[stack_of(v.inputs[k])].insert(sequence ? static_cast<int32_t>(i) : -1);
      }
    }
    for (int32_t output : graph.outputs) {
      if (is_stack(output)) readers_[stack_of(output)].insert(-1);
    }
  }

  bool run() {
    for (size_t i = 0; i < graph_.values.size(); ++i) {
      if (graph_.values[i].op == &ops::op_Scan()) choose(static_cast<int32_t>(i));
    }
    if (instead_.empty()) return false;
    rebuild();
    return true;
  }

 private:
  const GraphValue& value(int32_t i) const { return graph_.values[at(i)]; }
  static const ScanAttributes& attributes_of(const GraphValue& scan) {
    return scan.attributes->as<ScanAttributes>();
  }
  static bool is_sequence(const ScanAttributes& a, size_t input) {
    const auto i = static_cast<int64_t>(input);
    return i >= a.carries && i < a.carries + a.sequences;
  }
  bool is_stack(int32_t i) const {
    const GraphValue& v = value(i);
    return v.op == &ops::op_Output() && value(v.inputs[0]).op == &ops::op_Scan() &&
           v.output >= attributes_of(value(v.inputs[0])).carries;
  }
  Stack stack_of(int32_t i) const { return {value(i).inputs[0], value(i).output}; }
  int32_t body_value(const Stack& stack) const {
    return attributes_of(value(stack.first)).body->graph().outputs[stack.second];
  }

  // For each stack that only this loop reads, from the last that was computed to the first.
  void choose(int32_t reader) {
    const GraphValue& scan = value(reader);
    const auto& a = attributes_of(scan);
    std::vector<size_t> inputs;
    for (size_t k = 0; k < scan.inputs.size(); ++k) {
      if (!is_sequence(a, k) || !is_stack(scan.inputs[k])) continue;
      const Stack stack = stack_of(scan.inputs[k]);
      const bool alone = readers_.at(stack).size() == 1;
      if (alone && attributes_of(value(stack.first)).length == a.length) inputs.push_back(k);
    }
    std::stable_sort(inputs.begin(), inputs.end(), [&](size_t x, size_t y) {
      return body_value(stack_of(scan.inputs[x])) > body_value(stack_of(scan.inputs[y]));
    });
    std::set<size_t> read_by_chains;
    for (size_t k : inputs) {
      const Stack stack = stack_of(scan.inputs[k]);
      Instead instead;
      if (computes_again(reader, stack, instead.chain, read_by_chains) ||
          (!read_by_chains.contains(k) && keeps_slice(a, k, instead.slice))) {
        instead_[reader][k] = std::move(instead);
      }
    }
  }

  bool computes_again(int32_t reader, const Stack& stack, std::vector<int32_t>& chain,
                      std::set<size_t>& read) const {
    const Graph& body = attributes_of(value(stack.first)).body->graph();
    std::set<int32_t> members;
    std::set<size_t> inputs;
    std::vector<int32_t> open{body_value(stack)};
    double instructions = 0;
    while (!open.empty()) {
      const int32_t next = open.back();
      open.pop_back();
      const GraphValue& v = body.values[at(next)];
      const bool first = members.empty();
      if (members.contains(next)) continue;
      if (const auto input = input_for(reader, stack.first, next); input && !first) {
        inputs.insert(*input);
        continue;
      }
      const bool number = v.leaf == LeafKind::Number;
      if (!number && (!v.op || v.op->random || !(v.op->elementwise || v.op->view))) return false;
      members.insert(next);
      if (members.size() > kLongestChain) return false;
      instructions += instructions_of(body, v);
      open.insert(open.end(), v.inputs.begin(), v.inputs.end());
    }
    const double bytes = 2 * bytes_of(body.values[at(body_value(stack))].spec);
    if (seconds_of({instructions, 0}) > seconds_of({0, bytes})) return false;
    chain.assign(members.begin(), members.end());
    read.insert(inputs.begin(), inputs.end());
    return true;
  }

  // The input of the reader that is a value of the other's body, if it stays one.
  std::optional<size_t> input_for(int32_t reader, int32_t scan, int32_t number) const {
    const GraphValue &to = value(reader), &from = value(scan);
    const auto &a = attributes_of(to), &f = attributes_of(from);
    const GraphValue& v = f.body->graph().values[at(number)];
    const auto dropped = instead_.find(reader);
    for (size_t k = static_cast<size_t>(a.carries); k < to.inputs.size(); ++k) {
      const int32_t input = to.inputs[k];
      if (dropped != instead_.end() && dropped->second.contains(k)) continue;
      if (is_sequence(a, k) && is_stack(input) && stack_of(input).first == scan &&
          body_value(stack_of(input)) == number) {
        return k;
      }
      if (v.leaf != LeafKind::Data) continue;
      const auto leaf = static_cast<size_t>(v.leaf_index);
      if (static_cast<int64_t>(leaf) >= f.carries && input == from.inputs[leaf] &&
          is_sequence(a, k) == is_sequence(f, leaf)) {
        return k;
      }
    }
    return std::nullopt;
  }

  // Whether the body reads nothing of its input but one slice.
  static bool keeps_slice(const ScanAttributes& a, size_t input, AttributesRef& slice) {
    const Graph& body = a.body->graph();
    std::optional<std::vector<uint32_t>> known;
    for (const GraphValue& v : body.values) {
      for (int32_t k : v.inputs) {
        const GraphValue& leaf = body.values[at(k)];
        if (leaf.leaf != LeafKind::Data || leaf.leaf_index != static_cast<int>(input)) continue;
        if (v.op != &ops::op_Slice() || v.spec.shape.elements() == leaf.spec.shape.elements())
          return false;
        std::vector<uint32_t> key;
        v.attributes->write_key(key);
        if (known && *known != key) return false;
        known = std::move(key);
        slice = v.attributes;
      }
    }
    for (int32_t output : body.outputs) {
      const GraphValue& v = body.values[at(output)];
      if (v.leaf == LeafKind::Data && v.leaf_index == static_cast<int>(input)) return false;
    }
    return known.has_value();
  }

  void rebuild() {
    std::map<int32_t, std::vector<Instead*>> sliced;  // by the loop that keeps them
    std::map<Instead*, int32_t> value_of;             // .. the body's value of each
    for (auto& [reader, inputs] : instead_) {
      for (auto& [k, instead] : inputs) {
        if (!instead.slice) continue;
        const Stack stack = stack_of(value(reader).inputs[k]);
        sliced[stack.first].push_back(&instead);
        value_of[&instead] = body_value(stack);
      }
    }
    Graph result;
    result.leaf_count = graph_.leaf_count;
    std::vector<int32_t> renumbered(graph_.values.size(), -1);
    std::map<const Instead*, int32_t> slices;  // as values of the result
    auto append = [&](GraphValue v) {
      result.values.push_back(std::move(v));
      return static_cast<int32_t>(result.values.size() - 1);
    };
    for (size_t i = 0; i < graph_.values.size(); ++i) {
      const auto number = static_cast<int32_t>(i);
      GraphValue v = copy_value(graph_.values[i]);
      if (auto found = instead_.find(number); found != instead_.end()) {
        v.attributes = read_differently(number, found->second);
        for (const auto& [k, instead] : found->second) {
          if (instead.slice) v.inputs[k] = -1 - slices.at(&instead);
        }
      }
      for (int32_t& input : v.inputs) input = input < 0 ? -1 - input : renumbered[at(input)];
      auto more = sliced.find(number);
      if (more != sliced.end()) v.attributes = with_slices(v, more->second, value_of);
      const AttributesRef attributes = v.attributes;
      renumbered[i] = append(std::move(v));
      if (more == sliced.end()) continue;
      const auto& a = attributes->as<ScanAttributes>();
      for (const Instead* slice : more->second) {
        GraphValue output;
        output.op = &ops::op_Output();
        output.inputs = {renumbered[i]};
        output.output = *slice->slice_place;
        const Spec& one = a.body->output(output.output);
        output.spec = {one.dtype, {a.length}};
        for (int64_t size : one.shape) output.spec.shape.push_back(size);
        slices[slice] = append(std::move(output));
      }
    }
    for (int32_t output : graph_.outputs) result.outputs.push_back(renumbered[at(output)]);
    result.leaf_names = std::move(graph_.leaf_names);
    graph_ = std::move(result);
    remove_dead_values(graph_);
  }

  static std::vector<Spec> inputs_of(const Subgraph& body) {
    std::vector<Spec> inputs;
    for (size_t i = 0; i < body.input_count(); ++i) inputs.push_back(body.input(i));
    return inputs;
  }

  // The loop with slices of what it computes as further outputs.
  static AttributesRef with_slices(const GraphValue& scan, const std::vector<Instead*>& slices,
                                   const std::map<Instead*, int32_t>& value_of) {
    ScanAttributes a = attributes_of(scan);
    Graph body = copy_graph(a.body->graph());
    for (Instead* slice : slices) {
      GraphValue v;
      v.op = &ops::op_Slice();
      v.attributes = slice->slice;
      v.inputs = {value_of.at(slice)};
      const GraphValue& whole = body.values[at(v.inputs[0])];
      v.origin = whole.origin;
      v.spec = {whole.spec.dtype, {}};
      for (int64_t count : slice->slice->as<SliceAttributes>().count) v.spec.shape.push_back(count);
      slice->slice_place = static_cast<uint16_t>(body.outputs.size());
      body.outputs.push_back(static_cast<int32_t>(body.values.size()));
      body.values.push_back(std::move(v));
    }
    a.body = std::make_shared<const Subgraph>(std::move(body), inputs_of(*a.body));
    return make_attributes(std::move(a));
  }

  // The reader's attributes: its body begins with what it computes again.
  AttributesRef read_differently(int32_t reader, const std::map<size_t, Instead>& changes) const {
    const GraphValue& scan = value(reader);
    ScanAttributes a = attributes_of(scan);
    const Graph& old = a.body->graph();
    std::vector<Spec> inputs = inputs_of(*a.body);
    Graph body;
    body.leaf_count = old.leaf_count;
    auto append = [&](GraphValue v) {
      body.values.push_back(std::move(v));
      return static_cast<int32_t>(body.values.size() - 1);
    };
    std::vector<int32_t> leaves;  // by input
    for (size_t k = 0; k < inputs.size(); ++k) {
      if (auto found = changes.find(k); found != changes.end() && found->second.slice) {
        inputs[k].shape = {};
        for (int64_t count : found->second.slice->as<SliceAttributes>().count)
          inputs[k].shape.push_back(count);
      }
      GraphValue leaf;
      leaf.leaf = LeafKind::Data;
      leaf.leaf_index = static_cast<int>(k);
      leaf.spec = inputs[k];
      leaves.push_back(append(std::move(leaf)));
    }
    std::map<std::pair<int32_t, int32_t>, int32_t>
        again;  // loop and value of its body, as one of this
    for (const auto& [k, instead] : changes) {
      if (instead.slice) continue;
      const int32_t from = stack_of(scan.inputs[k]).first;
      const Graph& other = attributes_of(value(from)).body->graph();
      auto here = [&](int32_t v) {
        if (auto input = input_for(reader, from, v)) return leaves[*input];
        return again.at({from, v});
      };
      for (int32_t member : all_members(reader, from, instead.chain)) {
        auto [known, is_new] = again.try_emplace({from, member}, -1);
        if (!is_new) continue;
        GraphValue copy = copy_value(other.values[at(member)]);
        for (int32_t& input : copy.inputs) input = here(input);
        known->second = append(std::move(copy));
      }
      leaves[k] = here(body_value(stack_of(scan.inputs[k])));
    }
    std::vector<int32_t> renumbered(old.values.size(), -1);
    for (size_t i = 0; i < old.values.size(); ++i) {
      const GraphValue& v = old.values[i];
      if (v.leaf == LeafKind::Data) {
        renumbered[i] = leaves[static_cast<size_t>(v.leaf_index)];
        continue;
      }
      if (v.op == &ops::op_Slice()) {  // of a slice that is all there is
        const GraphValue& whole = old.values[at(v.inputs[0])];
        if (whole.leaf == LeafKind::Data) {
          auto found = changes.find(static_cast<size_t>(whole.leaf_index));
          if (found != changes.end() && found->second.slice) {
            renumbered[i] = leaves[found->first];
            continue;
          }
        }
      }
      GraphValue copy = copy_value(v);
      for (int32_t& input : copy.inputs) input = renumbered[at(input)];
      renumbered[i] = append(std::move(copy));
    }
    for (int32_t output : old.outputs) body.outputs.push_back(renumbered[at(output)]);
    remove_dead_values(body);
    a.body = std::make_shared<const Subgraph>(std::move(body), std::move(inputs));
    return make_attributes(std::move(a));
  }

  // A chain with the chains of those of its values that are no inputs any more.
  std::vector<int32_t> all_members(int32_t reader, int32_t from,
                                   const std::vector<int32_t>& chain) const {
    const Graph& other = attributes_of(value(from)).body->graph();
    std::set<int32_t> members;
    std::vector<int32_t> open(chain.begin(), chain.end());
    while (!open.empty()) {
      const int32_t next = open.back();
      open.pop_back();
      if (input_for(reader, from, next) || !members.insert(next).second) continue;
      const auto& inputs = other.values[at(next)].inputs;
      open.insert(open.end(), inputs.begin(), inputs.end());
    }
    return {members.begin(), members.end()};
  }

  Graph& graph_;
  std::map<Stack, std::set<int32_t>> readers_;            // scans, or -1
  std::map<int32_t, std::map<size_t, Instead>> instead_;  // by reader and input
};

}  // namespace

void recompute_in_loops(Graph& graph) {
  if (!Choosing(graph).run()) return;
  // Inputs that nobody reads leave the loops first, then the stacks that they were.
  for (int times = 0; times < 2; ++times) edit_loops(graph, [](LoopEdit&) {});
}

}  // namespace lamina
