#include "lamina/quantize/aware.h"

#include "lamina/base/text.h"
#include "lamina/exec/capture.h"
#include "lamina/op/op.h"
#include "lamina/op/precision.h"
#include "lamina/op/recording.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/quantize.h"
#include "lamina/ops/reduction.h"
#include "lamina/quantize/calibration.h"
#include "lamina/quantize/layers.h"
#include "lamina/quantize/prepare.h"
#include "lamina/train/recorded_model.h"

namespace lamina {

using quantization::Layer;

namespace {

Array rounded_input(const Array& x, const QuantizationAware::Site& site) {
  return fake_quantize(
      x, site.step, 0,
      {.quant_min = site.is_signed ? -127 : 0, .quant_max = site.is_signed ? 127 : 255});
}

Array rounded_weight(const Array& weight, bool convolution) {
  const int outputs = convolution ? 0 : weight.ndim() - 1;
  Array step;
  {
    NoGrad no_grad;
    IntList others;
    for (int axis = 0; axis < weight.ndim(); ++axis) {
      if (axis != outputs) others.push_back(axis);
    }
    const Array largest = max(absolute(weight), {.axis = others});
    step = where(largest > 0.0, largest / 127.0, 1.0);
  }
  return fake_quantize(weight, step, 0, {.axis = outputs, .quant_min = -127, .quant_max = 127});
}

// The name of the state that an operand is made of alone, through calls of one input.
std::string state_of(const Graph& graph, int32_t operand) {
  const GraphValue* v = &graph.values[static_cast<size_t>(operand)];
  while (v->op && v->inputs.size() == 1) v = &graph.values[static_cast<size_t>(v->inputs[0])];
  return v->leaf == LeafKind::Data ? graph.leaf_names[static_cast<size_t>(v->leaf_index)] : "";
}

}  // namespace

QuantizationAware::QuantizationAware(train::RecordedModel model, std::vector<Site> sites)
    : SavedModel(std::move(model)), sites_(std::move(sites)) {}

Array QuantizationAware::forward(Array x) {
  const std::vector<Array> leaves = leaf_arrays(x);
  x.reset();
  std::map<int32_t, Array> rounded;  // what several layers read is rounded once
  size_t next = 0;
  return replay(graph(), leaves, [&](size_t i, std::vector<Array> inputs) {
    if (next == sites_.size() || sites_[next].value != i) return Array();
    const Site& site = sites_[next++];
    const GraphValue& v = graph().values[i];
    Array& input = rounded[v.inputs[0]];
    if (!input) input = rounded_input(inputs[0], site);
    inputs[0] = input;
    inputs[1] = rounded_weight(inputs[1], site.convolution);
    return record(*v.op, inputs, v.attributes);
  })[0];
}

std::unique_ptr<nn::Module> QuantizationAware::fresh() const {
  return std::make_unique<QuantizationAware>(recorded(), sites_);
}

std::string QuantizationAware::description() const {
  return text("QuantizationAware with ", sites_.size(), " layers");
}

train::SavedModel QuantizationAware::plain() const { return train::module_of(recorded()); }

QuantizationAware quantization_aware(nn::Module& model, data::Source data,
                                     const ModelQuantizationOptions& options) {
  const char* const function = "quantization_aware";
  check(function, options);
  const Precision precision(float32);  // whatever the scope of the caller
  const std::vector<data::Batch> batches = quantization::batches_of(function, data, options);
  const train::RecordedModel recorded = quantization::recorded_for(function, model, batches[0].x);
  std::vector<Layer> layers = quantization::find_layers(recorded);
  quantization::drop_kept(function, layers, options);
  std::set<int32_t> values;
  for (const Layer& layer : layers) values.insert(layer.input);
  const quantization::Ranges ranges = quantization::calibrate(recorded, batches, values, options);

  NoGrad no_grad;
  Symbolic symbolic;
  std::vector<train::NamedState> state;
  std::map<std::string, const Layer*> by_weight;
  for (const Layer& layer : layers) {
    state.push_back({layer.name + ".weight", layer.weight, true});
    if (layer.convolution && layer.bias) state.push_back({layer.name + ".bias", layer.bias, true});
    by_weight[layer.name + ".weight"] = &layer;
  }
  for (const auto& [name, value] : recorded.trained) state.push_back({name, value, true});
  for (const auto& [name, value] : recorded.buffers) state.push_back({name, value, false});
  const Array input = train::stand_in(recorded.input, 2);
  size_t next = 0;
  const Array output =
      replay(recorded.graph, recorded.leaves(input), [&](size_t i, std::vector<Array> inputs) {
        if (next == layers.size() || layers[next].value != i) return Array();
        const Layer& layer = layers[next++];
        inputs[1] = as_operand(layer, layer.weight, inputs[1].shape());
        if (layer.convolution && layer.bias) inputs[2] = layer.bias;
        return record(*recorded.graph.values[i].op, inputs, recorded.graph.values[i].attributes);
      })[0];
  train::RecordedModel trained = recorded_again(output, input, recorded.input, state);
  trained.classes = recorded.classes;

  std::vector<QuantizationAware::Site> sites;
  for (size_t i = 0; i < trained.graph.values.size(); ++i) {
    const GraphValue& v = trained.graph.values[i];
    if (!v.op || v.inputs.size() < 2) continue;
    const auto found = by_weight.find(state_of(trained.graph, v.inputs[1]));
    if (found == by_weight.end()) continue;
    const Layer& layer = *found->second;
    const quantization::Range& range = ranges.at(layer.input);
    sites.push_back({layer.name, i, layer.convolution, range.step, range.is_signed});
  }
  return {std::move(trained), std::move(sites)};
}

}  // namespace lamina
