#include "lamina/compile/cut_loops.h"

#include <unordered_map>

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

class Cutting {
 public:
  Cutting(Graph& from, int64_t segments)
      : from_(from),
        segments_(segments),
        renumbered_(from.values.size(), -1),
        outputs_(from.values.size()) {
    result_.leaf_count = from.leaf_count;
    result_.leaf_names = std::move(from.leaf_names);
  }

  Graph run() {
    for (size_t i = 0; i < from_.values.size(); ++i) {
      GraphValue v = std::move(from_.values[i]);
      if (v.op == &ops::op_Output() && !outputs_[at(v.inputs[0])].empty()) {
        renumbered_[i] = outputs_[at(v.inputs[0])][v.output];
        continue;
      }
      for (int32_t& input : v.inputs) input = renumbered_[at(input)];
      if (has_rest(v)) {
        outputs_[i] = cut(v);
      } else {
        renumbered_[i] = append(std::move(v));
      }
    }
    for (int32_t output : from_.outputs) result_.outputs.push_back(renumbered_[at(output)]);
    remove_dead_values(result_);
    return std::move(result_);
  }

  bool has_rest(const GraphValue& v) const {
    if (v.op != &ops::op_Scan()) return false;
    const int64_t length = v.attributes->as<ScanAttributes>().length;
    return length >= 2 * segments_ && length % segments_ != 0;
  }

 private:
  int32_t append(GraphValue v) {
    result_.values.push_back(std::move(v));
    return static_cast<int32_t>(result_.values.size() - 1);
  }

  static constexpr int64_t kParts = 2;
  // Where each part begins, and where the last ends.
  int64_t first_step(int64_t part, int64_t length) const {
    return part == 0 ? 0 : part == 1 ? length - length % segments_ : length;
  }

  // The parts of what has a slice for each step.
  const std::vector<int32_t>& parts_of(int32_t sequence, const char* origin) {
    auto [known, is_new] = parts_.try_emplace(sequence);
    if (!is_new) return known->second;
    const Shape shape = result_.values[at(sequence)].spec.shape;
    for (int64_t s = 0; s < kParts; ++s) {
      IntList start(shape.size(), 0), stop(shape.begin(), shape.end());
      start[0] = first_step(s, shape[0]), stop[0] = first_step(s + 1, shape[0]);
      known->second.push_back(splice(
          result_, {&sequence, 1}, origin,
          [&](const std::vector<Array>& x) { return std::vector{slice(x[0], start, stop)}; })[0]);
    }
    return known->second;
  }

  // The values of the outputs of the whole.
  std::vector<int32_t> cut(const GraphValue& scan) {
    const auto& whole = scan.attributes->as<ScanAttributes>();
    const auto carries = static_cast<size_t>(whole.carries);
    const size_t sequences_end = carries + static_cast<size_t>(whole.sequences);
    std::vector<int32_t> now(scan.inputs.begin(), scan.inputs.begin() + whole.carries);
    std::vector<std::vector<int32_t>> stacks(whole.body->output_count() - carries);
    for (auto& stack : stacks) stack.resize(kParts);
    for (int64_t n = 0; n < kParts; ++n) {
      const int64_t part = whole.reverse ? kParts - 1 - n : n;
      GraphValue some = copy_value(scan);
      ScanAttributes a = whole;
      a.length = first_step(part + 1, whole.length) - first_step(part, whole.length);
      for (size_t i = 0; i < sequences_end; ++i) {
        some.inputs[i] =
            i < carries ? now[i] : parts_of(scan.inputs[i], scan.origin)[static_cast<size_t>(part)];
      }
      some.attributes = make_attributes(std::move(a));
      const int64_t length = some.attributes->as<ScanAttributes>().length;
      const int32_t call = append(std::move(some));
      for (size_t k = 0; k < carries + stacks.size(); ++k) {
        GraphValue output;
        output.op = &ops::op_Output();
        output.inputs = {call};
        output.output = static_cast<uint16_t>(k);
        output.spec = whole.body->output(k);
        if (k >= carries) {
          Spec spec{output.spec.dtype, {length}};
          for (int64_t size : output.spec.shape) spec.shape.push_back(size);
          output.spec = spec;
        }
        (k < carries ? now[k] : stacks[k - carries][static_cast<size_t>(part)]) =
            append(std::move(output));
      }
    }
    for (const auto& stack : stacks) {
      now.push_back(splice(result_, stack, scan.origin, [](const std::vector<Array>& x) {
        return std::vector{concatenate(x, 0)};
      })[0]);
      parts_[now.back()] = stack;
    }
    return now;
  }

  Graph& from_;
  const int64_t segments_;
  Graph result_;
  std::vector<int32_t> renumbered_;
  std::vector<std::vector<int32_t>> outputs_;  // of each split scan
  std::unordered_map<int32_t, std::vector<int32_t>> parts_;
};

}  // namespace

void cut_loops(Graph& graph, int64_t segments) {
  Cutting cutting(graph, segments);
  graph = cutting.run();
}

}  // namespace lamina
