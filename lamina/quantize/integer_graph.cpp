#include "lamina/quantize/integer_graph.h"

#include <cmath>
#include <limits>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/exec/capture.h"
#include "lamina/exec/evaluate.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/quantized.h"
#include "lamina/ops/reduction.h"

namespace lamina {

LAMINA_USE_OP(Add)
LAMINA_USE_OP(MaxPool)

namespace quantization {
namespace {

// What a layer multiplies with once the step of its input is known.
struct Operands {
  Array weight, scale, bias;
};

Operands operands_of(const Layer& layer, const Range& input) {
  std::vector<float> scale;
  for (double step : layer.steps) scale.push_back(static_cast<float>(step * input.step));
  const auto outputs = static_cast<int64_t>(scale.size());
  return {layer.integers, array(scale, {outputs}), layer.bias};
}

Array product(const Layer& layer, const Operands& operands, Array x, const GraphValue& recorded) {
  if (!layer.convolution) return quantized_linear(std::move(x), operands.weight, operands.scale);
  return quantized_convolution(std::move(x), operands.weight, operands.scale, operands.bias,
                               recorded.attributes->as<ConvolutionAttributes>());
}

Array to_integers(const Array& x, const Range& range) {
  return round_cast(x * (1 / range.step), range.dtype());
}

class Rewriting {
 public:
  Rewriting(const Graph& graph, const std::vector<Layer>& layers, const Ranges& ranges)
      : graph_(graph), ranges_(ranges), residuals_(find_residuals(graph, layers)) {
    for (const Layer& layer : layers) {
      layers_[layer.value] = &layer;
      operands_.emplace(layer.value, operands_of(layer, ranges.at(layer.input)));
    }
    read_ = values_read(graph, layers, residuals_);
  }

  Array change(size_t i, const std::vector<Array>& inputs) {
    const GraphValue& v = graph_.values[i];
    if (const auto found = layers_.find(i); found != layers_.end()) {
      const Layer& layer = *found->second;
      return product(layer, operands_.at(i), integers(layer.input, inputs[0]), v);
    }
    if (const auto found = residuals_.find(i); found != residuals_.end()) {
      // In steps of the integers, so that these are added as they lie.
      const auto place = static_cast<size_t>(found->second);
      const int32_t value = v.inputs[place];
      const double step = ranges_.at(value).step;
      const Array other = integers(value, inputs[place]);
      return (inputs[1 - place] * (1 / step) + astype(other, float32)) * step;
    }
    // The largest of rounded values is the largest value, rounded.
    if (v.op == &ops::op_MaxPool() && read_.contains(static_cast<int32_t>(i))) {
      const Range& range = ranges_.at(static_cast<int32_t>(i));
      integers_[static_cast<int32_t>(i)] =
          record(ops::op_MaxPool(), v.attributes, to_integers(inputs[0], range));
    }
    return {};
  }

  // Names of what is new in the graph.
  std::vector<train::NamedState> state() const {
    std::vector<train::NamedState> state;
    for (const auto& [value, layer] : layers_) {
      const Operands& operands = operands_.at(value);
      state.push_back({layer->name + ".weight", operands.weight});
      state.push_back({layer->name + ".scale", operands.scale});
      if (operands.bias) state.push_back({layer->name + ".bias", operands.bias});
    }
    return state;
  }

 private:
  // A value as integers: the same ones for all that read it.
  Array integers(int32_t value, const Array& x) {
    Array& known = integers_[value];
    if (!known) known = to_integers(x, ranges_.at(value));
    return known;
  }

  const Graph& graph_;
  const Ranges& ranges_;
  const Residuals residuals_;
  std::map<size_t, const Layer*> layers_;
  std::map<size_t, Operands> operands_;
  std::map<int32_t, Array> integers_;
  std::set<int32_t> read_;
};

std::vector<train::NamedState> names(const train::RecordedModel& model,
                                     std::vector<train::NamedState> added) {
  for (const auto& [name, value] : model.trained) added.push_back({name, value, true});
  for (const auto& [name, value] : model.buffers) added.push_back({name, value, false});
  return added;
}

}  // namespace

double decibels(double signal, double noise) {
  if (noise == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(signal / noise);
}

Residuals find_residuals(const Graph& graph, const std::vector<Layer>& layers) {
  std::set<int32_t> products, read;
  for (const Layer& layer : layers) {
    products.insert(static_cast<int32_t>(layer.value));
    read.insert(layer.input);
  }
  const std::vector<int32_t> uses = graph.use_counts();
  Residuals residuals;
  for (size_t i = 0; i < graph.values.size(); ++i) {
    const GraphValue& v = graph.values[i];
    if (v.op != &ops::op_Add() || v.inputs[0] == v.inputs[1]) continue;
    const Shape &a = graph.values[v.inputs[0]].spec.shape, &b = graph.values[v.inputs[1]].spec.shape;
    if (!(a == b)) continue;
    for (int k : {1, 0}) {
      const int32_t other = v.inputs[static_cast<size_t>(k)];
      const int32_t own = v.inputs[static_cast<size_t>(1 - k)];
      if (!products.contains(own) || uses[own] != 1) continue;
      if (!read.contains(other) && !products.contains(other)) continue;
      residuals.emplace(i, k);
      break;
    }
  }
  return residuals;
}

std::set<int32_t> values_read(const Graph& graph, const std::vector<Layer>& layers,
                              const Residuals& residuals) {
  std::set<int32_t> values;
  for (const Layer& layer : layers) values.insert(layer.input);
  for (const auto& [sum, place] : residuals)
    values.insert(graph.values[sum].inputs[static_cast<size_t>(place)]);
  return values;
}

std::vector<double> signal_to_noise(const train::RecordedModel& model,
                                    const std::vector<Layer>& layers, const Ranges& ranges,
                                    const Array& x) {
  NoGrad no_grad;
  std::vector<Array> energies;
  size_t next = 0;
  const Graph& graph = model.graph;
  replay(graph, model.leaves(x), [&](size_t i, std::vector<Array> inputs) {
    if (next == layers.size() || layers[next].value != i) return Array();
    const Layer& layer = layers[next++];
    const GraphValue& v = graph.values[i];
    const Range& range = ranges.at(layer.input);
    const Array rounded = product(layer, operands_of(layer, range), to_integers(inputs[0], range), v);
    Array exact = record(*v.op, inputs, v.attributes);
    energies.push_back(stack({sum(square(exact)), sum(square(exact - rounded))}));
    return exact;
  });
  std::vector<Node*> roots;
  for (const Array& energy : energies) roots.push_back(energy.node());
  evaluate(roots);
  std::vector<double> result;
  for (const Array& energy : energies) {
    const std::vector<float> both = energy.to_vector<float>();
    result.push_back(decibels(both[0], both[1]));
  }
  return result;
}

train::RecordedModel integer_graph(const train::RecordedModel& model,
                                   const std::vector<Layer>& layers, const Ranges& ranges) {
  NoGrad no_grad;
  Symbolic symbolic;
  Rewriting rewriting(model.graph, layers, ranges);
  const Array input = train::stand_in(model.input, 2);
  const Array output =
      replay(model.graph, model.leaves(input), [&](size_t i, const std::vector<Array>& inputs) {
        return rewriting.change(i, inputs);
      })[0];
  train::RecordedModel result =
      train::recorded_again(output, input, model.input, names(model, rewriting.state()));
  result.classes = model.classes;
  return result;
}

}  // namespace quantization
}  // namespace lamina
