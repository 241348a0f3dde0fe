#include "lamina/quantize/prepare.h"

#include <algorithm>
#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/nearest.h"
#include "lamina/base/text.h"
#include "lamina/compile/fold_batch_norm.h"
#include "lamina/quantize/aware.h"

namespace lamina {

void check(const char* function, const ModelQuantizationOptions& options) {
  const std::vector<std::string> methods = {"min-max", "percentile", "entropy"};
  if (std::find(methods.begin(), methods.end(), options.method) == methods.end()) {
    throw ValueError(text(function, ": method '", options.method, "': expected 'min-max', ",
                          "'percentile' or 'entropy'", did_you_mean(options.method, methods)));
  }
  if (!(options.percentile > 0 && options.percentile <= 100)) {
    throw ValueError(
        text(function, ": percentile must be above 0 and at most 100, got ", options.percentile));
  }
  if (std::isnan(options.tolerance))
    throw ValueError(text(function, ": tolerance must be a number of decibels, got NaN"));
  if (options.examples < 0)
    throw ValueError(text(function, ": examples must not be negative, got ", options.examples));
  if (options.batch_size < 1)
    throw ValueError(text(function, ": batch_size must be 1 or more, got ", options.batch_size));
}

namespace quantization {

train::RecordedModel recorded_for(const char* function, nn::Module& model, const Array& x) {
  train::InputSpec spec{x.dtype(), x.shape()};
  spec.shape[0] = -1;
  train::RecordedModel recorded;
  if (auto* aware = dynamic_cast<QuantizationAware*>(&model)) {
    train::SavedModel plain = aware->plain();
    recorded = record_model(plain, aware->input(), function);
  } else if (auto* saved = dynamic_cast<train::SavedModel*>(&model)) {
    recorded = record_model(model, saved->input(), function);
    recorded.classes = saved->classes();
  } else {
    recorded = record_model(model, spec, function);
  }
  if (recorded.input.shape[0] != -1 && recorded.input.shape[0] != x.shape(0)) {
    throw ShapeError(text(function, ": the model takes ", recorded.input.shape[0],
                          " examples at once, got a batch of ", x.shape(0)))
        .help("give batches of that many examples");
  }
  fold_batch_norm(recorded.graph);
  return recorded;
}

std::vector<Layer> drop_kept(const char* function, std::vector<Layer>& layers,
                             const ModelQuantizationOptions& options) {
  std::vector<std::string> names;
  for (const Layer& layer : layers) names.push_back(layer.name);
  auto holds = [](const std::string& kept, const std::string& name) {
    return kept == name || name.starts_with(kept + ".");
  };
  for (const std::string& kept : options.keep) {
    if (std::any_of(names.begin(), names.end(), [&](auto& name) { return holds(kept, name); }))
      continue;
    throw KeyError(
        text(function, ": keep: no layer is named '", kept, "'", did_you_mean(kept, names)))
        .help("print(report) of a call without keep lists the layers");
  }
  const auto kept = std::stable_partition(layers.begin(), layers.end(), [&](const Layer& layer) {
    return std::none_of(options.keep.begin(), options.keep.end(),
                        [&](const std::string& name) { return holds(name, layer.name); });
  });
  std::vector<Layer> result(std::make_move_iterator(kept), std::make_move_iterator(layers.end()));
  layers.erase(kept, layers.end());
  return result;
}

}  // namespace quantization
}  // namespace lamina
