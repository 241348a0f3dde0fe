// Where the first value arose that is no number: the step is recorded again, and every value of it
// computed and looked at, in the order in which they were recorded.
#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <utility>

#include "lamina/ir/node.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"
#include "lamina/ops/elementwise.h"
#include "lamina/train/stop_on_nan.h"
#include "lamina/train/trainer.h"

namespace lamina::train {
namespace {

// The values under `roots` that are not computed yet, inputs before users.
std::vector<Array> pending_values(const std::vector<Array>& roots) {
  std::vector<Array> order;
  std::unordered_set<const Node*> seen;
  std::vector<std::pair<Node*, size_t>> path;  // a node, and how many of its inputs were followed
  const std::lock_guard lock(graph_mutex());
  for (const Array& root : roots) {
    if (seen.insert(root.node()).second) path.emplace_back(root.node(), 0);
    while (!path.empty()) {
      auto& [node, next] = path.back();
      const auto inputs = node->inputs();
      if (!node->is_ready() && next < inputs.size()) {
        Node* input = inputs[next++];
        if (seen.insert(input).second) path.emplace_back(input, 0);
        continue;
      }
      // What an op of several outputs computes stands in nodes of their own.
      if (!node->is_ready() && node->op && !node->op->multiple) order.push_back(Array::share(node));
      path.pop_back();
    }
  }
  return order;
}

bool bad(double value, bool also_infinite) {
  return std::isnan(value) || (also_infinite && std::isinf(value));
}

std::optional<size_t> first_bad(const std::vector<double>& values, bool also_infinite) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (bad(values[i], also_infinite)) return i;
  }
  return std::nullopt;
}

// The rows of a value that hold something bad, as numbers of the dataset.
std::vector<int64_t> rows(const Array& value, const std::vector<int64_t>& samples,
                          bool also_infinite) {
  std::vector<int64_t> found;
  if (value.ndim() == 0 || value.shape(0) != static_cast<int64_t>(samples.size())) return found;
  const std::vector<double> values = value.to_vector<double>();
  const size_t width = values.size() / samples.size();
  for (size_t row = 0; row < samples.size(); ++row) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(row * width);
    if (std::any_of(first, first + static_cast<std::ptrdiff_t>(width),
                    [&](double v) { return bad(v, also_infinite); })) {
      found.push_back(samples[row]);
    }
  }
  return found;
}

struct Found {
  Array value;
  bool infinite = false;
};

std::optional<Found> first_bad_value(const std::vector<Array>& values, bool infinite) {
  for (const Array& value : values) {
    if (!is_floating(value.dtype()) || value.size() == 0) continue;
    if (first_bad(value.to_vector<double>(), infinite)) return Found{value, infinite};
  }
  return std::nullopt;
}

// NaN comes before infinity: masks are made of the latter.
std::optional<Found> first_bad_value(const std::vector<Array>& values) {
  if (auto found = first_bad_value(values, false)) return found;
  return first_bad_value(values, true);
}

NaNReport describe_op(const char* stage, const Found& found, const std::vector<int64_t>& samples) {
  NaNReport report;
  report.stage = stage;
  const Node* node = found.value.node();
  report.op = node->op ? node->op->name : "";
  report.module = node->origin ? node->origin : "";
  report.samples = rows(found.value, samples, found.infinite);
  return report;
}

}  // namespace

NaNReport find_nan(Trainer& trainer, const data::Batch& batch) {
  const std::vector<int64_t> samples = trainer.samples();
  const std::pair<const char*, Array> inputs[] = {{"data", batch.x}, {"target", batch.y}};
  for (const auto& [stage, array] : inputs) {
    if (const auto found = first_bad_value({array})) {
      NaNReport report;
      report.stage = stage;
      report.samples = rows(array, samples, found->infinite);
      return report;
    }
  }
  for (const auto& [name, value] : trainer.module().state_dict()) {
    if (first_bad_value({value})) return {.stage = "weights", .op = name};
  }
  const Uncut uncut;
  Array loss = trainer.batch_loss(trainer.module()(batch.x), batch.y);
  const std::vector<Array> forward = pending_values({loss});
  eval(forward);
  if (const auto found = first_bad_value(forward, false))
    return describe_op("forward", *found, samples);
  // Infinities that do not reach the loss are hidden, by `where` for instance; what goes backward
  // through them may be no number.
  const auto infinite = first_bad_value(forward, true);
  if (infinite && !std::isfinite(loss.item())) return describe_op("forward", *infinite, samples);
  loss.backward();
  std::vector<Array> gradients;
  for (const Parameter& parameter : trainer.module().parameters()) {
    if (parameter.grad()) gradients.push_back(parameter.grad());
  }
  trainer.optimizer().zero_grad();
  const std::vector<Array> backward = pending_values(gradients);
  eval(backward);
  if (const auto found = first_bad_value(backward)) return describe_op("backward", *found, samples);
  if (infinite) return describe_op("forward", *infinite, samples);
  return {.stage = "update"};
}

}  // namespace lamina::train
