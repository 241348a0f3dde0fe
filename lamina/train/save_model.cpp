// Writing a model file: the forward pass is recorded on a stand-in for the input.
#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "lamina/base/error.h"
#include "lamina/exec/capture.h"
#include "lamina/exec/evaluate.h"
#include "lamina/op/graph_text.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/train/array_file.h"
#include "lamina/train/model_file.h"
#include "lamina/train/rehearsal.h"
#include "lamina/train/trainer_parts.h"

namespace lamina::train {
namespace {

// Leaves that are no state have names that no state can have: a path has no '@'.
constexpr const char* kInputName = "@input";
constexpr const char* kConstantName = "@constant.";

struct Recorded {
  Captured captured;
  nn::StateDict constants;
  Generator::State random;  // before it
};

// Zeros of memory, not a recorded constant: the input must be a leaf of the graph.
Array stand_in(const InputSpec& input, int64_t examples) {
  Shape shape = input.shape;
  if (!shape.empty() && shape[0] == -1) shape[0] = examples;
  check_shape(shape, size_of(input.dtype), "save_model: input");
  const std::vector<std::byte> zeros(static_cast<size_t>(shape.elements()) * size_of(input.dtype));
  return from_data(zeros.data(), std::move(shape), input.dtype);
}

Recorded record_forward(nn::Module& module, const Array& input, const nn::StateDict& state) {
  NoGrad no_grad;
  Symbolic symbolic;  // what is computed as it is recorded would be a constant of the graph
  const Generator::State random = default_generator().state();
  Array output = module(input);
  Recorded recorded{capture(std::span(&output, 1)), {}, random};
  std::unordered_map<const Node*, std::string> names{{input.node(), kInputName}};
  for (const auto& [name, value] : state) names.emplace(value.node(), name);
  std::vector<std::string>& leaf_names = recorded.captured.graph.leaf_names;
  for (const Array& leaf : recorded.captured.leaves) {
    auto found = names.find(leaf.node());
    if (leaf.node()->has(kNumber)) {
      leaf_names.emplace_back();
    } else if (found != names.end()) {
      leaf_names.push_back(found->second);
    } else {
      leaf_names.push_back(text(kConstantName, recorded.constants.size()));
      recorded.constants.emplace_back(leaf_names.back(), leaf);
    }
  }
  return recorded;
}

bool same_bytes(const Array& a, const Array& b) {
  if (a.dtype() != b.dtype() || !(a.shape() == b.shape())) return false;
  const size_t bytes = static_cast<size_t>(a.size()) * size_of(a.dtype());
  return bytes == 0 || std::memcmp(host_value(a).data(), host_value(b).data(), bytes) == 0;
}

// The same graph, of the same numbers and constants.
bool same_recording(const Recorded& a, const Recorded& b) {
  if (to_text(a.captured.graph) != to_text(b.captured.graph)) return false;
  for (size_t i = 0; i < a.captured.leaves.size(); ++i) {
    const Array &one = a.captured.leaves[i], &other = b.captured.leaves[i];
    const std::string& name = a.captured.graph.leaf_names[i];
    const bool is_value = name.empty() || name.starts_with(kConstantName);
    if (is_value && one.node() != other.node() && !same_bytes(one, other)) return false;
  }
  return true;
}

// A forward that reads values as it runs gives what they come to for the stand-in: numbers, no
// graph. It shows where zeros and ones are recorded in another way.
void check_reads_nothing(const Recorded& recorded, nn::Module& module, const Array& zeros,
                         const nn::StateDict& state) {
  const std::vector<std::string>& names = recorded.captured.graph.leaf_names;
  bool depends = std::count(names.begin(), names.end(), kInputName) > 0;
  if (depends) {
    const Rehearsal rehearsal;
    default_generator().set_state(recorded.random);
    try {
      const IntList sizes(zeros.shape().begin(), zeros.shape().end());
      const Array other = nn::detached(ones(sizes, zeros.dtype()));
      depends = same_recording(recorded, record_forward(module, other, state));
    } catch (const std::exception&) {  // ones are no input that it takes: nothing is known
    }
  }
  if (depends) return;
  throw StateError(text("save_model: what this ", module.kind(),
                        " computes does not follow from its input alone"))
      .help(
          "forward reads values (item, numpy, an if) or changes from call to call while it is "
          "recorded; where and cond choose without reading");
}

// Whether the graph gives results for another number of examples as well.
bool serves_any_batch(const Recorded& recorded, const InputSpec& input) {
  const Graph& graph = recorded.captured.graph;
  const int64_t examples = 3;
  std::vector<Array> leaves = recorded.captured.leaves;
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (graph.leaf_names[i] == kInputName) leaves[i] = stand_in(input, examples);
  }
  try {
    NoGrad no_grad;
    const Array output = replay(graph, leaves).at(0);
    return output.ndim() > 0 && output.shape(0) == examples;
  } catch (const Error&) {
    return false;
  }
}

io::Json to_json(const InputSpec& input) {
  io::Json shape{io::Json::Array{}};
  for (int64_t size : input.shape) shape.push_back(size == -1 ? io::Json() : io::Json(size));
  io::Json json;
  json.set("dtype", name(input.dtype)).set("shape", std::move(shape));
  return json;
}

}  // namespace

void save_model(nn::Module& module, const InputSpec& input, const std::string& path,
                SaveOptions options) {
  EvaluationMode mode(module);
  nn::StateDict state = module.state_dict();
  for (const auto& [name, value] : state) value.eval();
  InputSpec spec = input;
  const Array example = stand_in(spec, 2);
  Recorded recorded = record_forward(module, example, state);
  if (!spec.shape.empty() && spec.shape[0] == -1 && !serves_any_batch(recorded, spec)) {
    spec.shape[0] = example.shape(0);
  }
  check_reads_nothing(recorded, module, example, state);
  io::Json buffers{io::Json::Array{}}, classes{io::Json::Array{}};
  for (const auto& [name, buffer] : module.named_buffers()) buffers.push_back(name);
  for (const std::string& name : options.classes) classes.push_back(name);
  for (auto& constant : recorded.constants) state.push_back(std::move(constant));
  write_array_file(path, "lamina-model", state,
                   {{"graph", to_text(recorded.captured.graph)},
                    {"input", to_json(spec).dump()},
                    {"buffers", buffers.dump()},
                    {"classes", classes.dump()}});
}

}  // namespace lamina::train
