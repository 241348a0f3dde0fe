// A trained model as one that multiplies 8-bit integers (post-training quantisation; Jacob et al.
// 2018):
//
//   auto [fast, report] = quantize(model, train, {.method = "percentile"});
//   std::cout << report;                                 // layers, what each loses, accuracy
//   save_model(fast, fast.input(), "digits8.lamina");
//
// The data say how far values reach. Weights have a scale for each output channel; values have one
// scale, and no sign where none was negative. Batch norms go into the convolutions before them.
// Values between two layers stay integers where the layers follow one another, with activations,
// residual sums and maxima between them. The model is not changed.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "lamina/data/source.h"
#include "lamina/nn/module.h"
#include "lamina/quantize/aware.h"
#include "lamina/quantize/options.h"
#include "lamina/train/model_file.h"

namespace lamina {

struct QuantizedLayer {
  std::string name;  // the module's path
  std::string kind;  // "convolution" or "linear"
  Shape weight;
  double snr = 0;  // signal to noise of its output, in decibels, when it alone is of integers
  bool quantized = false;
  std::string reason;  // why it is not
};

struct QuantizationReport {
  std::vector<QuantizedLayer> layers;                     // in the order of the forward pass
  double output_snr = 0;                                  // of the model's output, in decibels
  int64_t examples = 0;                                   // seen
  std::optional<double> accuracy_before, accuracy_after;  // where data have class labels
};
std::string to_string(const QuantizationReport& report);
std::ostream& operator<<(std::ostream& out, const QuantizationReport& report);

struct QuantizedModel {
  train::SavedModel model;
  QuantizationReport report;
};

// Data are batches (x, y); y may be empty. A model made by quantization_aware keeps the ranges with
// which it was trained. ValueError without examples or for an unknown method, KeyError for a name
// in keep that no layer has.
QuantizedModel quantize(nn::Module& model, data::Source data,
                        const ModelQuantizationOptions& options = {});

// Examples without labels as data.
data::Source unlabelled(Array x);

}  // namespace lamina
