#include "lamina/compile/loops_in_segments.h"

#include <map>
#include <set>

#include "lamina/op/op.h"
#include "lamina/op/splice.h"
#include "lamina/op/subgraph.h"
#include "lamina/ops/loops.h"
#include "lamina/ops/movement.h"

namespace lamina {

LAMINA_USE_OP(Output)
LAMINA_USE_OP(Scan)

namespace {

size_t at(int32_t i) { return static_cast<size_t>(i); }

const ScanAttributes& attributes_of(const GraphValue& scan) {
  return scan.attributes->as<ScanAttributes>();
}
size_t first_outside(const ScanAttributes& a) {
  return static_cast<size_t>(a.carries + a.sequences);
}

int32_t append(Graph& graph, GraphValue v) {
  graph.values.push_back(std::move(v));
  return static_cast<int32_t>(graph.values.size() - 1);
}

int32_t append_output(Graph& graph, int32_t of, size_t k, Spec spec) {
  GraphValue output;
  output.op = &ops::op_Output();
  output.inputs = {of};
  output.output = static_cast<uint16_t>(k);
  output.spec = std::move(spec);
  return append(graph, std::move(output));
}

Spec stacked(int64_t length, const Spec& one) {
  Spec spec{one.dtype, {length}};
  for (int64_t size : one.shape) spec.shape.push_back(size);
  return spec;
}

// The body of a loop over segments while it is written, and what the loop is called with.
class Segments {
 public:
  enum Role { kCarry, kSequence, kOutside };
  // The leaf of an input; carries first, then sequences, then what is outside.
  int32_t input(Role role, int32_t value, Spec spec) {
    auto [known, is_new] = known_.try_emplace({role, value}, -1);
    if (role != kCarry && !is_new) return known->second;
    GraphValue leaf;
    leaf.leaf = LeafKind::Data;
    leaf.leaf_index = static_cast<int>(specs_.size());
    leaf.spec = spec;
    specs_.push_back(std::move(spec));
    values.push_back(value);
    if (role != kOutside) ++(role == kCarry ? carries : sequences);
    return known->second = append(body, std::move(leaf));
  }
  GraphValue call(int64_t length, bool reverse, const char* origin) {
    ScanAttributes a{nullptr, carries, sequences, length, reverse};
    a.body = std::make_shared<const Subgraph>(std::move(body), std::move(specs_));
    GraphValue scan;
    scan.op = &ops::op_Scan();
    scan.origin = origin;
    scan.inputs = {values.begin(), values.end()};
    scan.attributes = make_attributes(std::move(a));
    return scan;
  }

  Graph body;
  std::vector<int32_t> values;  // of the graph around it
  int64_t carries = 0, sequences = 0;

 private:
  std::vector<Spec> specs_;
  std::map<std::pair<Role, int32_t>, int32_t> known_;
};

class Rewriting {
 public:
  Rewriting(Graph& from, int64_t segments)
      : from_(from), segments_(segments), renumbered_(from.values.size(), -1) {
    find_pairs();
  }

  bool any() const { return !readers_.empty(); }

  Graph run() {
    result_.leaf_count = from_.leaf_count;
    result_.leaf_names = from_.leaf_names;
    for (size_t i = 0; i < from_.values.size(); ++i) {
      GraphValue& v = from_.values[i];
      const auto number = static_cast<int32_t>(i);
      if (v.op == &ops::op_Output() && outputs_.contains(v.inputs[0])) {
        renumbered_[i] = outputs_.at(v.inputs[0])[v.output];
      } else if (readers_.contains(number)) {
        outputs_[number] = forward(number);
      } else if (auto found = written_by_.find(number); found != written_by_.end()) {
        outputs_[number] = backward(found->second, number);
      } else {
        GraphValue copy = copy_value(v);
        for (int32_t& input : copy.inputs) input = renumbered_[at(input)];
        renumbered_[i] = append(result_, std::move(copy));
      }
    }
    for (int32_t output : from_.outputs) result_.outputs.push_back(renumbered_[at(output)]);
    remove_dead_values(result_);
    return std::move(result_);
  }

 private:
  const GraphValue& value(int32_t i) const { return from_.values[at(i)]; }

  bool can_be_cut(const GraphValue& v) const {
    if (v.op != &ops::op_Scan()) return false;
    const int64_t length = attributes_of(v).length;
    return length % segments_ == 0 && length >= 2 * segments_;
  }

  // The one scan that reads a value, as a sequence and nothing else, or -1.
  std::vector<int32_t> only_readers() const {
    std::vector<int32_t> readers(from_.values.size(), -2);  // -2: nobody yet
    for (size_t i = 0; i < from_.values.size(); ++i) {
      const GraphValue& v = from_.values[i];
      for (size_t k = 0; k < v.inputs.size(); ++k) {
        int32_t& known = readers[at(v.inputs[k])];
        const auto reader = static_cast<int32_t>(i);
        const bool sequence = can_be_cut(v) &&
                              static_cast<int64_t>(k) >= attributes_of(v).carries &&
                              k < first_outside(attributes_of(v));
        known = sequence && (known == -2 || known == reader) ? reader : -1;
      }
    }
    for (int32_t output : from_.outputs) readers[at(output)] = -1;
    return readers;
  }

  void find_pairs() {
    const std::vector<int32_t> readers = only_readers();
    // An output may be several values: all of them count.
    std::map<std::pair<int32_t, uint16_t>, std::set<int32_t>> values_of, readers_of;
    for (size_t i = 0; i < from_.values.size(); ++i) {
      const GraphValue& v = from_.values[i];
      if (v.op != &ops::op_Output() || !can_be_cut(value(v.inputs[0]))) continue;
      values_of[{v.inputs[0], v.output}].insert(static_cast<int32_t>(i));
      readers_of[{v.inputs[0], v.output}].insert(readers[i]);
    }
    std::map<std::pair<int32_t, int32_t>, std::set<int32_t>> kept;  // by forward and backward loop
    for (const auto& [output, values] : values_of) {
      const int32_t reader = *readers_of[output].begin();
      if (readers_of[output].size() > 1 || reader < 0) continue;
      const auto &f = attributes_of(value(output.first)), &b = attributes_of(value(reader));
      if (output.second < f.carries || f.length != b.length || f.reverse == b.reverse) continue;
      kept[{output.first, reader}].insert(values.begin(), values.end());
    }
    std::set<int32_t> taken;
    for (auto& [pair, values] : kept) {
      if (taken.contains(pair.first) || taken.contains(pair.second)) continue;
      taken.insert(pair.first), taken.insert(pair.second);
      readers_[pair.first] = pair.second;
      written_by_[pair.second] = pair.first;
      kept_[pair.first] = std::move(values);
    }
  }

  // [steps, ..] as [segments, steps of one, ..], and back.
  int32_t in_segments(int32_t sequence, const char* origin) {
    auto [known, is_new] = reshaped_.try_emplace(sequence, -1);
    if (!is_new) return known->second;
    const Shape shape = result_.values[at(sequence)].spec.shape;
    IntList cut{segments_, shape[0] / segments_};
    for (size_t axis = 1; axis < shape.size(); ++axis) cut.push_back(shape[axis]);
    return known->second = reshaped(sequence, cut, origin);
  }
  int32_t in_steps(int32_t stack, const char* origin) {
    const Shape shape = result_.values[at(stack)].spec.shape;
    IntList whole{shape[0] * shape[1]};
    for (size_t axis = 2; axis < shape.size(); ++axis) whole.push_back(shape[axis]);
    const int32_t result = reshaped(stack, whole, origin);
    reshaped_[result] = stack;
    return result;
  }
  int32_t reshaped(int32_t v, const IntList& shape, const char* origin) {
    return splice(result_, {&v, 1}, origin, [&](const std::vector<Array>& x) {
      return std::vector{reshape(x[0], shape)};
    })[0];
  }

  Spec slice_of(int32_t v) const {
    const Spec& all = result_.values[at(v)].spec;
    Spec spec{all.dtype, {}};
    for (int axis = 1; axis < all.shape.rank(); ++axis) spec.shape.push_back(all.shape[axis]);
    return spec;
  }

  // The loop over the steps of one segment.
  int32_t append_steps(Graph& body, const GraphValue& scan, SmallVector<int32_t, 4> inputs) const {
    GraphValue steps = copy_value(scan);
    steps.inputs = std::move(inputs);
    ScanAttributes a = attributes_of(scan);
    a.length /= segments_;
    steps.attributes = make_attributes(std::move(a));
    return append(body, std::move(steps));
  }

  Spec result_of(const GraphValue& scan, size_t k) const {
    const auto& a = attributes_of(scan);
    const Spec& one = a.body->output(k);
    return k < static_cast<size_t>(a.carries) ? one : stacked(a.length / segments_, one);
  }

  // The values of all outputs of the loop; -1 for those that are computed again.
  std::vector<int32_t> forward(int32_t number) {
    const GraphValue& scan = value(number);
    const auto& a = attributes_of(scan);
    const auto carries = static_cast<size_t>(a.carries);
    Segments loop;
    SmallVector<int32_t, 4> inputs;
    for (size_t i = 0; i < scan.inputs.size(); ++i) inputs.push_back(input_of(loop, scan, i));
    const int32_t steps = append_steps(loop.body, scan, inputs);
    const std::set<uint16_t> again = kept_outputs(number);
    std::vector<size_t> places;
    for (size_t k = 0; k < a.body->output_count(); ++k) {
      if (again.contains(static_cast<uint16_t>(k))) continue;
      loop.body.outputs.push_back(append_output(loop.body, steps, k, result_of(scan, k)));
      places.push_back(k);
    }
    for (size_t k = 0; k < carries; ++k) loop.body.outputs.push_back(inputs[k]);
    const int32_t call = append(result_, loop.call(segments_, a.reverse, scan.origin));
    std::vector<int32_t> values(a.body->output_count(), -1);
    size_t next = 0;
    for (size_t k : places) {
      const Spec one = result_of(scan, k);
      if (k < carries) {
        values[k] = append_output(result_, call, next++, one);
      } else {
        values[k] =
            in_steps(append_output(result_, call, next++, stacked(segments_, one)), scan.origin);
      }
    }
    for (size_t k = 0; k < carries; ++k)
      first_states_[number].push_back(
          append_output(result_, call, next++, stacked(segments_, a.body->output(k))));
    return values;
  }

  std::set<uint16_t> kept_outputs(int32_t number) const {
    std::set<uint16_t> outputs;
    for (int32_t v : kept_.at(number)) outputs.insert(value(v).output);
    return outputs;
  }

  // Input i of a loop over steps, as the body of the loop over segments sees it.
  int32_t input_of(Segments& loop, const GraphValue& scan, size_t i) {
    const auto& a = attributes_of(scan);
    const int32_t input = renumbered_[at(scan.inputs[i])];
    if (i < static_cast<size_t>(a.carries))
      return loop.input(Segments::kCarry, input, a.body->input(i));
    if (i >= first_outside(a)) return loop.input(Segments::kOutside, input, a.body->input(i));
    const int32_t all = in_segments(input, scan.origin);
    return loop.input(Segments::kSequence, all, slice_of(all));
  }

  std::vector<int32_t> backward(int32_t before, int32_t number) {
    const GraphValue &first = value(before), &scan = value(number);
    const auto &f = attributes_of(first), &a = attributes_of(scan);
    const auto carries = static_cast<size_t>(a.carries);
    Segments loop;
    SmallVector<int32_t, 4> inputs(scan.inputs.size(), -1), again(first.inputs.size(), -1);
    const auto is_kept = [&](size_t i) { return kept_.at(before).contains(scan.inputs[i]); };
    for (size_t i = 0; i < first_outside(a); ++i) {
      if (!is_kept(i)) inputs[i] = input_of(loop, scan, i);
    }
    for (size_t i = 0; i < first_outside(f); ++i) {
      if (i < static_cast<size_t>(f.carries)) {
        again[i] = loop.input(Segments::kSequence, first_states_.at(before)[i], f.body->input(i));
      } else {
        again[i] = input_of(loop, first, i);
      }
    }
    for (size_t i = first_outside(a); i < inputs.size(); ++i) inputs[i] = input_of(loop, scan, i);
    for (size_t i = first_outside(f); i < again.size(); ++i) again[i] = input_of(loop, first, i);
    const int32_t forward_steps = append_steps(loop.body, first, again);
    std::map<uint16_t, int32_t> kept;
    for (uint16_t k : kept_outputs(before))
      kept[k] = append_output(loop.body, forward_steps, k, result_of(first, k));
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i] < 0) inputs[i] = kept.at(value(scan.inputs[i]).output);
    }
    const int32_t steps = append_steps(loop.body, scan, inputs);
    for (size_t k = 0; k < a.body->output_count(); ++k)
      loop.body.outputs.push_back(append_output(loop.body, steps, k, result_of(scan, k)));
    const int32_t call = append(result_, loop.call(segments_, a.reverse, scan.origin));
    std::vector<int32_t> values;
    for (size_t k = 0; k < a.body->output_count(); ++k) {
      const Spec one = result_of(scan, k);
      values.push_back(
          k < carries
              ? append_output(result_, call, k, one)
              : in_steps(append_output(result_, call, k, stacked(segments_, one)), scan.origin));
    }
    return values;
  }

  Graph& from_;
  const int64_t segments_;
  Graph result_;
  std::vector<int32_t> renumbered_;
  std::map<int32_t, int32_t> readers_, written_by_;  // forward to backward loop, and back
  std::map<int32_t, std::set<int32_t>> kept_;        // of a forward loop: outputs that only the
                                                     // backward one reads
  std::map<int32_t, std::vector<int32_t>> first_states_;  // .. carries at the beginning of segments
  std::map<int32_t, std::vector<int32_t>> outputs_;       // of loops that have been written
  std::map<int32_t, int32_t> reshaped_;
};

}  // namespace

bool loops_in_segments(Graph& graph, int64_t segments) {
  Rewriting rewriting(graph, segments);
  if (!rewriting.any()) return false;
  graph = rewriting.run();
  return true;
}

}  // namespace lamina
