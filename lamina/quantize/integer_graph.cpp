#include "lamina/quantize/integer_graph.h"

#include <cmath>
#include <limits>

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
LAMINA_USE_OP(Relu)

namespace quantization {
namespace {

// What a layer multiplies with and adds, for a result in units of `unit`.
struct Operands {
  Array weight, scale, bias;
};

Operands operands_of(const Layer& layer, const Range& input, double unit) {
  std::vector<float> scale;
  for (double step : layer.steps) scale.push_back(static_cast<float>(step * input.step / unit));
  const auto outputs = static_cast<int64_t>(scale.size());
  Operands operands{layer.integers, array(scale, {outputs}), {}};
  if (layer.bias) operands.bias = (layer.bias * (1 / unit)).eval();
  return operands;
}

Array product(const Layer& layer, const Operands& operands, Array x, const GraphValue& recorded) {
  if (!layer.convolution)
    return quantized_linear(std::move(x), operands.weight, operands.scale, operands.bias);
  return quantized_convolution(std::move(x), operands.weight, operands.scale, operands.bias,
                               recorded.attributes->as<ConvolutionAttributes>());
}

// x stands for x * unit.
Array to_integers(const Array& x, const Range& range, double unit = 1) {
  return round_cast(unit == range.step ? x : x * (unit / range.step), range.dtype());
}

// Records the graph with integers. A product may be recorded in other units than the value it
// stands for: in those of the integers that are made of it, or of those that it is added to, so
// that its own scale does what multiplications after it would do.
class Rewriting {
 public:
  Rewriting(const Graph& graph, const std::vector<Layer>& layers, const Ranges& ranges)
      : graph_(graph),
        ranges_(ranges),
        residuals_(find_residuals(graph, layers)),
        read_(values_read(graph, layers, residuals_)) {
    find_users();
    for (const Layer& layer : layers) {
      layers_[layer.value] = &layer;
      if (layer.sum >= 0) sums_[static_cast<size_t>(layer.sum)] = &layer;
      const double unit = best_unit(layer);
      if (unit != 1) units_[static_cast<int32_t>(layer.value)] = unit;
      operands_.emplace(layer.value, operands_of(layer, ranges.at(layer.input), unit));
    }
  }

  Array change(size_t i, std::vector<Array> inputs) {
    const GraphValue& v = graph_.values[i];
    const auto value = static_cast<int32_t>(i);
    if (const auto found = layers_.find(i); found != layers_.end()) {
      const Layer& layer = *found->second;
      return product(layer, operands_.at(i), integers(layer.input, inputs[0]), v);
    }
    if (const auto found = sums_.find(i); found != sums_.end()) {
      const auto of = static_cast<int32_t>(found->second->value);
      set_unit(value, unit(of));
      return inputs[v.inputs[0] == of ? 0 : 1];  // the product has added its bias
    }
    if (const auto found = residuals_.find(i); found != residuals_.end())
      return residual_sum(value, static_cast<size_t>(found->second), inputs);
    if (keeps_units(*v.op)) {
      // What moves rounded values, or takes the largest, gives what it would of others, rounded.
      const double own = unit(v.inputs[0]);
      if (read_.contains(value) && v.op != &ops::op_Relu()) {
        integers_[value] =
            record(*v.op, v.attributes, to_integers(inputs[0], ranges_.at(value), own));
      }
      set_unit(value, own);
      return {};
    }
    bool scaled = false;
    for (size_t k = 0; k < inputs.size(); ++k) {
      if (unit(v.inputs[k]) == 1) continue;
      inputs[k] = inputs[k] * unit(v.inputs[k]);
      scaled = true;
    }
    return scaled ? record(*v.op, inputs, v.attributes) : Array();
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
  double unit(int32_t value) const {
    const auto found = units_.find(value);
    return found == units_.end() ? 1 : found->second;
  }
  void set_unit(int32_t value, double unit) {
    if (unit != 1) units_[value] = unit;
  }

  // f(x * unit) = f(x) * unit for every unit above 0.
  static bool keeps_units(const Op& op) {
    return &op == &ops::op_Relu() || &op == &ops::op_MaxPool() || op.view;
  }

  void find_users() {
    users_.resize(graph_.values.size());
    seen_.assign(graph_.values.size(), true);
    for (size_t i = 0; i < graph_.values.size(); ++i) {
      const GraphValue& v = graph_.values[i];
      for (int32_t input : v.inputs) {
        users_[static_cast<size_t>(input)].push_back(static_cast<int32_t>(i));
        if (v.op->multiple) seen_[static_cast<size_t>(input)] = false;
      }
    }
    for (int32_t output : graph_.outputs) seen_[static_cast<size_t>(output)] = false;
  }

  // 1 where somebody reads a value on the way who would not know.
  double best_unit(const Layer& layer) const {
    auto value = layer.sum >= 0 ? layer.sum : static_cast<int32_t>(layer.value);
    while (seen_[static_cast<size_t>(value)]) {
      if (read_.contains(value)) return ranges_.at(value).step;
      const auto& users = users_[static_cast<size_t>(value)];
      if (users.size() != 1) return 1;
      const GraphValue& user = graph_.values[static_cast<size_t>(users[0])];
      const auto sum = residuals_.find(static_cast<size_t>(users[0]));
      if (sum != residuals_.end() && seen_[static_cast<size_t>(users[0])])
        return ranges_.at(user.inputs[static_cast<size_t>(sum->second)]).step;
      if (!keeps_units(*user.op)) return 1;
      value = users[0];
    }
    return 1;
  }

  // In steps of the integers, so that these are added as they lie.
  Array residual_sum(int32_t value, size_t place, const std::vector<Array>& inputs) {
    const GraphValue& v = graph_.values[static_cast<size_t>(value)];
    const int32_t other = v.inputs[place], own = v.inputs[1 - place];
    const double step = ranges_.at(other).step;
    const Array& x = inputs[1 - place];
    const Array sum = (unit(own) == step ? x : x * (unit(own) / step)) +
                      astype(integers(other, inputs[place]), float32);
    if (!seen_[static_cast<size_t>(value)]) return sum * step;
    set_unit(value, step);
    return sum;
  }

  // A value as integers: the same ones for all that read it.
  Array integers(int32_t value, const Array& x) {
    Array& known = integers_[value];
    if (!known) known = to_integers(x, ranges_.at(value), unit(value));
    return known;
  }

  const Graph& graph_;
  const Ranges& ranges_;
  const Residuals residuals_;
  const std::set<int32_t> read_;
  std::map<size_t, const Layer*> layers_, sums_;
  std::map<size_t, Operands> operands_;
  std::map<int32_t, double> units_;  // that are not 1
  std::map<int32_t, Array> integers_;
  std::vector<std::vector<int32_t>> users_;
  std::vector<bool> seen_;  // whether all who read a value pass through change()
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
    const Shape &a = graph.values[v.inputs[0]].spec.shape,
                &b = graph.values[v.inputs[1]].spec.shape;
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
    Operands operands = operands_of(layer, range, 1);
    if (!layer.convolution) operands.bias = {};  // which a call of its own adds
    const Array rounded = product(layer, operands, to_integers(inputs[0], range), v);
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
  Rewriting rewriting(model.graph, layers, ranges);
  Symbolic symbolic;
  const Array input = train::stand_in(model.input, 2);
  const Array output = replay(
      model.graph, model.leaves(input),
      [&](size_t i, const std::vector<Array>& inputs) { return rewriting.change(i, inputs); })[0];
  train::RecordedModel result =
      train::recorded_again(output, input, model.input, names(model, rewriting.state()));
  result.classes = model.classes;
  return result;
}

}  // namespace quantization
}  // namespace lamina
