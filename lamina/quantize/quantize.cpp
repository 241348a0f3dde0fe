#include "lamina/quantize/quantize.h"

#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/data/array_dataset.h"
#include "lamina/op/precision.h"
#include "lamina/op/recording.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"
#include "lamina/quantize/integer_graph.h"
#include "lamina/quantize/prepare.h"
#include "lamina/train/trainer_parts.h"

namespace lamina {
namespace {

using quantization::Layer;
using quantization::Ranges;

bool has_labels(const data::Batch& batch, const Array& output) {
  return batch.y && is_integer(batch.y.dtype()) && batch.y.ndim() == 1 && output.ndim() == 2 &&
         output.shape(1) > 1 && output.shape(0) == batch.y.shape(0);
}

double correct(const Array& output, const Array& labels) {
  return sum(astype(equal(argmax(output, {.axis = 1}), astype(labels, int64)), float32))
      .item<double>();
}

// Both models on the data.
void compare(nn::Module& before, nn::Module& after, const std::vector<data::Batch>& batches,
             QuantizationReport& report) {
  nn::EvaluationMode mode(before);
  NoGrad no_grad;
  double signal = 0, noise = 0, right_before = 0, right_after = 0;
  int64_t labelled = 0;
  for (const data::Batch& batch : batches) {
    report.examples += batch.x.shape(0);
    const Array a = before(batch.x), b = after(batch.x);
    a.eval(), b.eval();
    signal += sum(square(a)).item<double>();
    noise += sum(square(a - b)).item<double>();
    if (!has_labels(batch, a)) continue;
    labelled += batch.x.shape(0);
    right_before += correct(a, batch.y);
    right_after += correct(b, batch.y);
  }
  report.output_snr = quantization::decibels(signal, noise);
  if (labelled == 0) return;
  report.accuracy_before = right_before / static_cast<double>(labelled);
  report.accuracy_after = right_after / static_cast<double>(labelled);
}

// A model that was trained for its integers reads with those.
void take_ranges(const QuantizationAware& aware, const std::vector<Layer>& layers, Ranges& ranges) {
  for (const Layer& layer : layers) {
    for (const QuantizationAware::Site& site : aware.sites()) {
      if (site.name == layer.name) ranges[layer.input] = {site.step, site.is_signed};
    }
  }
}

struct Unlabelled final : data::Dataset {
  explicit Unlabelled(Array x) : rows(x, x) {}
  int64_t size() const override { return rows.size(); }
  data::Batch get(std::span<const int64_t> indices) const override {
    return {rows.get(indices).x, {}};
  }
  data::ArrayDataset rows;
};

}  // namespace

data::Source unlabelled(Array x) { return Unlabelled(std::move(x)); }

QuantizedModel quantize(nn::Module& model, data::Source data,
                        const ModelQuantizationOptions& options) {
  check("quantize", options);
  const Precision precision(float32);  // whatever the scope of the caller
  const std::vector<data::Batch> batches = quantization::batches_of("quantize", data, options);
  const train::RecordedModel recorded = quantization::recorded_for("quantize", model, batches[0].x);
  std::vector<Layer> layers = quantization::find_layers(recorded);
  if (layers.empty()) {
    throw ValueError(text("quantize: ", model.description(),
                          " has no convolution or linear layer of float32 to quantise"));
  }
  const std::set<int32_t> values =
      values_read(recorded.graph, layers, find_residuals(recorded.graph, layers));
  Ranges ranges = quantization::calibrate(recorded, batches, values, options);
  if (const auto* aware = dynamic_cast<const QuantizationAware*>(&model))
    take_ranges(*aware, layers, ranges);
  const std::vector<double> snr = signal_to_noise(recorded, layers, ranges, batches[0].x);

  QuantizationReport report;
  std::vector<Layer> chosen = layers;
  const std::vector<Layer> kept = drop_kept("quantize", chosen, options);
  for (size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    QuantizedLayer line{.name = layer.name,
                        .kind = layer.convolution ? "convolution" : "linear",
                        .weight = layer.weight_shape,
                        .snr = snr[i]};
    const bool is_kept = std::any_of(kept.begin(), kept.end(),
                                     [&](const Layer& k) { return k.value == layer.value; });
    line.quantized = !is_kept && snr[i] >= options.tolerance;
    if (is_kept) {
      line.reason = "kept";
    } else if (!line.quantized) {
      line.reason = text("below the tolerance of ", options.tolerance, " dB");
      std::erase_if(chosen, [&](const Layer& c) { return c.value == layer.value; });
    }
    report.layers.push_back(std::move(line));
  }
  train::SavedModel result = module_of(integer_graph(recorded, chosen, ranges));
  compare(model, result, batches, report);
  return {std::move(result), std::move(report)};
}

}  // namespace lamina
