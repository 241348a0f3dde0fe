// A module as a graph: its forward pass is recorded on a stand-in for the input.
#include "lamina/train/recorded_model.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <unordered_set>

#include "lamina/base/error.h"
#include "lamina/exec/capture.h"
#include "lamina/exec/evaluate.h"
#include "lamina/nn/rehearsal.h"
#include "lamina/op/graph_text.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/train/trainer_parts.h"

namespace lamina::train {
namespace {

bool same_bytes(const Array& a, const Array& b) {
  if (a.dtype() != b.dtype() || !(a.shape() == b.shape())) return false;
  const size_t bytes = static_cast<size_t>(a.size()) * size_of(a.dtype());
  return bytes == 0 || std::memcmp(host_value(a).data(), host_value(b).data(), bytes) == 0;
}

// The same graph, of the same numbers, which stand in its text, and constants.
bool same_recording(const RecordedModel& a, const RecordedModel& b) {
  if (to_text(a.graph) != to_text(b.graph)) return false;
  for (size_t i = 0; i < a.constants.size(); ++i) {
    const Array &one = a.constants[i].second, &other = b.constants[i].second;
    if (one.node() != other.node() && !same_bytes(one, other)) return false;
  }
  return true;
}

RecordedModel record_once(nn::Module& module, const Array& input, const InputSpec& spec,
                          const std::vector<NamedState>& state) {
  NoGrad no_grad;
  Symbolic symbolic;  // what is computed as it is recorded would be a constant of the graph
  return recorded_again(module(input), input, spec, state);
}

// A forward that reads values as it runs gives what they come to for the stand-in: numbers, no
// graph. It shows where zeros and ones are recorded in another way. `random`: before the recording.
void check_reads_nothing(const char* function, const RecordedModel& recorded, nn::Module& module,
                         const Array& zeros, const std::vector<NamedState>& state,
                         const Generator::State& random) {
  const std::vector<std::string>& names = recorded.graph.leaf_names;
  bool depends = std::count(names.begin(), names.end(), kInputName) > 0;
  if (depends) {
    const nn::Rehearsal rehearsal;
    default_generator().set_state(random);
    try {
      const IntList sizes(zeros.shape().begin(), zeros.shape().end());
      const Array other = nn::detached(ones(sizes, zeros.dtype()));
      depends = same_recording(recorded, record_once(module, other, recorded.input, state));
    } catch (const std::exception&) {  // ones are no input that it takes: nothing is known
    }
  }
  if (depends) return;
  throw StateError(text(function, ": what this ", module.kind(),
                        " computes does not follow from its input alone"))
      .help(
          "forward reads values (item, numpy, an if) or changes from call to call while it is "
          "recorded; where and cond choose without reading");
}

// Whether the graph gives results for another number of examples as well.
bool serves_any_batch(const RecordedModel& model) {
  const int64_t examples = 3;
  try {
    NoGrad no_grad;
    const Array output = replay(model.graph, model.leaves(stand_in(model.input, examples))).at(0);
    return output.ndim() > 0 && output.shape(0) == examples;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

Array stand_in(const InputSpec& input, int64_t examples) {
  Shape shape = input.shape;
  if (!shape.empty() && shape[0] == -1) shape[0] = examples;
  check_shape(shape, size_of(input.dtype), "save_model: input");
  const std::vector<std::byte> zeros(static_cast<size_t>(shape.elements()) * size_of(input.dtype));
  return from_data(zeros.data(), std::move(shape), input.dtype);
}

const Array* RecordedModel::find(const std::string& name) const {
  for (const nn::StateDict* arrays : {&trained, &buffers, &constants}) {
    if (const Array* found = nn::find(*arrays, name)) return found;
  }
  return nullptr;
}

std::vector<Array> RecordedModel::leaves(const Array& input) const {
  std::vector<Array> leaves;
  for (const std::string& name : graph.leaf_names) {
    const Array* found = name.empty() || name == kInputName ? nullptr : find(name);
    leaves.push_back(name == kInputName ? input : found ? *found : Array());
  }
  return leaves;
}

RecordedModel recorded_again(const Array& output, const Array& input, InputSpec spec,
                             const std::vector<NamedState>& state) {
  RecordedModel model;
  Captured captured = capture(std::span(&output, 1));
  model.graph = std::move(captured.graph);
  model.input = std::move(spec);
  std::unordered_map<const Node*, const NamedState*> known;
  std::unordered_set<std::string> taken;
  for (const NamedState& each : state) known.emplace(each.value.node(), &each);
  std::vector<std::string>& leaf_names = model.graph.leaf_names;
  for (const Array& leaf : captured.leaves) {
    const auto found = known.find(leaf.node());
    if (leaf.node()->has(kNumber)) {
      leaf_names.emplace_back();
    } else if (leaf.node() == input.node()) {
      leaf_names.emplace_back(kInputName);
    } else if (found != known.end()) {
      const NamedState& each = *found->second;
      std::string name = each.name;
      while (!taken.insert(name).second) name += "_2";
      (each.trained ? model.trained : model.buffers).emplace_back(name, each.value);
      leaf_names.push_back(std::move(name));
    } else {
      leaf_names.push_back(text(kConstantName, model.constants.size()));
      model.constants.emplace_back(leaf_names.back(), leaf);
    }
  }
  return model;
}

RecordedModel record_model(nn::Module& module, const InputSpec& input, const char* function) {
  EvaluationMode mode(module);
  std::vector<NamedState> state;
  for (const auto& [name, parameter] : module.named_parameters())
    state.push_back({name, parameter.value(), true});
  for (const auto& [name, buffer] : module.named_buffers())
    state.push_back({name, buffer.value(), false});
  for (const NamedState& each : state) each.value.eval();
  const Array example = stand_in(input, 2);
  const Generator::State random = default_generator().state();
  RecordedModel model = record_once(module, example, input, state);
  check_reads_nothing(function, model, module, example, state, random);
  if (!input.shape.empty() && input.shape[0] == -1 && !serves_any_batch(model))
    model.input.shape[0] = example.shape(0);
  return model;
}

}  // namespace lamina::train
