#include "lamina/quantize/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/exec/capture.h"
#include "lamina/exec/evaluate.h"
#include "lamina/op/recording.h"
#include "lamina/ops/binning.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"
#include "lamina/quantize/thresholds.h"

namespace lamina::quantization {
namespace {

struct Reach {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  std::vector<double> counts;  // of magnitudes
  double largest() const { return std::max(-low, high); }
};

// Calls look(value, array) for each of the values as the graph is recorded on x.
template <class F>
void observe(const train::RecordedModel& model, const Array& x, const std::set<int32_t>& values,
             F&& look) {
  std::set<int32_t> seen;
  const Graph& graph = model.graph;
  replay(graph, model.leaves(x), [&](size_t i, const std::vector<Array>& inputs) {
    for (size_t k = 0; k < inputs.size(); ++k) {
      const int32_t value = graph.values[i].inputs[k];
      if (values.contains(value) && seen.insert(value).second) look(value, inputs[k]);
    }
    return Array();
  });
}

// The statistics that were recorded for values, computed as one program.
std::map<int32_t, std::vector<float>> computed(const std::map<int32_t, Array>& recorded) {
  std::vector<Node*> roots;
  for (const auto& [value, array] : recorded) roots.push_back(array.node());
  evaluate(roots);
  std::map<int32_t, std::vector<float>> result;
  for (const auto& [value, array] : recorded) result[value] = array.to_vector<float>();
  return result;
}

void find_extremes(const train::RecordedModel& model, const Array& x,
                   const std::set<int32_t>& values, std::map<int32_t, Reach>& reaches) {
  std::map<int32_t, Array> recorded;
  observe(model, x, values, [&](int32_t value, const Array& array) {
    recorded[value] = stack({min(array), max(array)});
  });
  for (const auto& [value, extremes] : computed(recorded)) {
    Reach& reach = reaches[value];
    reach.low = std::min<double>(reach.low, extremes[0]);
    reach.high = std::max<double>(reach.high, extremes[1]);
  }
}

void count_magnitudes(const train::RecordedModel& model, const Array& x,
                      const std::set<int32_t>& values, std::map<int32_t, Reach>& reaches) {
  std::map<int32_t, Array> recorded;
  observe(model, x, values, [&](int32_t value, const Array& array) {
    const double largest = reaches[value].largest();
    const double scale = largest > 0 ? static_cast<double>(kBins) / largest : 0;
    const Array bins = minimum(floor(absolute(array) * scale), static_cast<double>(kBins - 1));
    recorded[value] =
        astype(bincount(astype(reshape(bins, {-1}), int64), {.size = kBins}), float32);
  });
  for (const auto& [value, counts] : computed(recorded)) {
    Reach& reach = reaches[value];
    reach.counts.resize(static_cast<size_t>(kBins));
    for (size_t i = 0; i < counts.size(); ++i) reach.counts[i] += counts[i];
  }
}

Range range_of(const Reach& reach, const ModelQuantizationOptions& options) {
  Range range;
  range.is_signed = reach.low < 0;
  const int levels = range.is_signed ? 127 : 255;
  double largest = reach.largest();
  if (largest > 0 && options.method == "percentile")
    largest = percentile_threshold(reach.counts, largest, options.percentile);
  if (largest > 0 && options.method == "entropy")
    largest = entropy_threshold(reach.counts, largest, levels);
  range.step = largest > 0 && std::isfinite(largest) ? largest / levels : 1;
  return range;
}

}  // namespace

std::vector<data::Batch> batches_of(const char* function, const data::Source& data,
                                    const ModelQuantizationOptions& options) {
  std::vector<data::Batch> batches;
  int64_t seen = 0;
  auto take = [&](data::Batch batch) {  // whether more are wanted
    if (!batch.x || batch.x.ndim() == 0 || batch.x.shape(0) == 0) return true;
    seen += batch.x.shape(0);
    batches.push_back(std::move(batch));
    return options.examples == 0 || seen < options.examples;
  };
  auto take_all = [&](data::DataLoader loader) {
    for (data::Batch batch : loader) {
      if (!take(std::move(batch))) return;
    }
  };
  if (data.loader()) {
    take_all(*data.loader());
  } else if (data.stream()) {
    data.stream()->begin();
    while (auto batch = data.stream()->next()) {
      if (!take(std::move(*batch))) break;
    }
  } else if (data.dataset() && data.dataset()->size() > 0) {
    take_all(data::DataLoader(data.dataset(), {.batch_size = options.batch_size}));
  }
  if (batches.empty()) {
    throw ValueError(text(function, ": data: expected examples to look at, got none"))
        .help("a few hundred of those that the model was trained on are enough");
  }
  return batches;
}

Ranges calibrate(const train::RecordedModel& model, const std::vector<data::Batch>& batches,
                 const std::set<int32_t>& values, const ModelQuantizationOptions& options) {
  NoGrad no_grad;
  std::map<int32_t, Reach> reaches;
  for (const data::Batch& batch : batches) find_extremes(model, batch.x, values, reaches);
  if (options.method != "min-max") {
    for (const data::Batch& batch : batches) count_magnitudes(model, batch.x, values, reaches);
  }
  Ranges ranges;
  for (const auto& [value, reach] : reaches) ranges[value] = range_of(reach, options);
  return ranges;
}

}  // namespace lamina::quantization
