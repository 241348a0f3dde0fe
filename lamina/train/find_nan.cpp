// Where the first value arose that is no number: the step is recorded again, and every value of it
// computed and looked at, in the order in which they were recorded.
#include <algorithm>
#include <cmath>
#include <optional>

#include "lamina/base/text.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"
#include "lamina/ops/elementwise.h"
#include "lamina/train/stop_on_nan.h"
#include "lamina/train/trainer.h"

namespace lamina::train {
namespace {

// Collects handles on what is recorded, so that it is there when it is looked at.
class Collected {
 public:
  Collected() : outer_(recording().created) { recording().created = &nodes_; }
  ~Collected() { recording().created = outer_; }
  Collected(const Collected&) = delete;
  std::vector<Array> arrays() const {
    std::vector<Array> all;
    for (const Node* node : nodes_) all.push_back(Array::share(const_cast<Node*>(node)));
    return all;
  }

 private:
  std::vector<const Node*>* outer_;
  std::vector<const Node*> nodes_;
};

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

// NaN comes before infinity: masks are made of the latter.
std::optional<Found> first_bad_value(const std::vector<Array>& values) {
  for (bool infinite : {false, true}) {
    for (const Array& value : values) {
      if (!is_floating(value.dtype()) || value.size() == 0) continue;
      if (first_bad(value.to_vector<double>(), infinite)) return Found{value, infinite};
    }
  }
  return std::nullopt;
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
  Array loss;
  {
    std::vector<Array> values;
    {
      Uncut uncut;
      const Collected collected;
      loss = trainer.batch_loss(trainer.module()(batch.x), batch.y);
      values = collected.arrays();
    }
    eval(values);
    if (const auto found = first_bad_value(values)) return describe_op("forward", *found, samples);
  }
  std::vector<Array> values;
  {
    Uncut uncut;
    const Collected collected;
    loss.backward();
    values = collected.arrays();
  }
  eval(values);
  trainer.optimizer().zero_grad();
  if (const auto found = first_bad_value(values)) return describe_op("backward", *found, samples);
  return {.stage = "update"};
}

}  // namespace lamina::train
