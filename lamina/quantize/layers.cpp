#include "lamina/quantize/layers.h"

#include <map>

#include "lamina/base/text.h"
#include "lamina/exec/capture.h"
#include "lamina/exec/derived.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/quantized.h"
#include "lamina/ops/reduction.h"

namespace lamina {

LAMINA_USE_OP(Add)
LAMINA_USE_OP(Convolution)
LAMINA_USE_OP(Matmul)

namespace quantization {
namespace {

constexpr double kLargest = 127;  // of a weight: both signs alike

bool is_one_matrix(const Shape& shape) {
  return shape.rank() >= 2 && shape.elements() == shape[shape.rank() - 2] * shape[shape.rank() - 1];
}

bool is_layer(const Graph& graph, const std::vector<bool>& stable, size_t i) {
  const GraphValue& v = graph.values[i];
  const bool convolution = v.op == &ops::op_Convolution();
  if ((!convolution && v.op != &ops::op_Matmul()) || v.spec.dtype != float32) return false;
  if (stable[v.inputs[0]]) return false;
  for (size_t k = 1; k < v.inputs.size(); ++k) {
    if (!stable[v.inputs[k]]) return false;
  }
  const Shape& weight = graph.values[v.inputs[1]].spec.shape;
  return weight.elements() > 0 && (convolution || is_one_matrix(weight));
}

// The number of the sum of a layer's product and its bias, where nothing else reads the product.
int32_t find_sum(const Graph& graph, const std::vector<bool>& stable,
                 const std::vector<int32_t>& uses, const Layer& layer) {
  if (layer.convolution || uses[layer.value] != 1) return -1;
  const auto product = static_cast<int32_t>(layer.value);
  const int64_t outputs = graph.values[layer.value].spec.shape.back();
  for (size_t i = layer.value + 1; i < graph.values.size(); ++i) {
    const GraphValue& v = graph.values[i];
    if (v.op != &ops::op_Add()) continue;
    const int32_t other = v.inputs[0] == product ? v.inputs[1] : v.inputs[0];
    if (v.inputs[0] != product && v.inputs[1] != product) continue;
    const Spec& bias = graph.values[other].spec;
    const bool fits = stable[other] && bias.dtype == float32 && !bias.shape.empty() &&
                      bias.shape.back() == outputs && bias.shape.elements() == outputs;
    return fits ? static_cast<int32_t>(i) : -1;
  }
  return -1;
}

// A value of its own, not the model's variable.
Array detached_copy(const Array& x) {
  Array copy = x + 0.0;
  copy.eval();
  return copy;
}

void make_integers(Layer& layer) {
  const Array largest = magnitudes(layer.weight);
  const Array step = where(largest > 0.0, largest / kLargest, 1.0);
  for (float s : step.to_vector<float>()) layer.steps.push_back(s);
  IntList per_output(static_cast<size_t>(layer.weight.ndim()), 1);
  per_output[0] = layer.weight.shape(0);
  layer.integers = round_cast(layer.weight / reshape(step, per_output), int8);
  layer.integers.eval();
}

}  // namespace

Array magnitudes(const Array& weight) {
  return max(absolute(reshape(weight, {weight.shape(0), -1})), {.axis = 1});
}

Array as_operand(const Layer& layer, const Array& weight, const Shape& operand) {
  if (layer.convolution) return weight;
  return reshape(swapaxes(weight, 0, 1), IntList(operand.begin(), operand.end()));
}

std::vector<Layer> find_layers(const train::RecordedModel& model) {
  const Graph& graph = model.graph;
  const std::vector<bool> stable = find_stable(graph);
  const std::vector<int32_t> uses = graph.use_counts();
  std::vector<Layer> layers;
  std::map<std::string, int> times;
  for (size_t i = 0; i < graph.values.size(); ++i) {
    if (!is_layer(graph, stable, i)) continue;
    const GraphValue& v = graph.values[i];
    Layer layer{.value = i, .input = v.inputs[0], .convolution = v.op == &ops::op_Convolution()};
    layer.name = v.origin && *v.origin ? v.origin : v.op->name;
    layer.sum = find_sum(graph, stable, uses, layer);
    if (const int before = times[layer.name]++) layer.name += text("_", before + 1);
    layers.push_back(std::move(layer));
  }
  NoGrad no_grad;
  size_t next = 0;
  replay(graph, model.leaves(train::stand_in(model.input, 2)),
         [&](size_t value, const std::vector<Array>& inputs) {
           if (next < layers.size() && layers[next].value == value) {
             Layer& layer = layers[next++];
             const Array& w = inputs[1];
             layer.weight =
                 layer.convolution ? w : swapaxes(reshape(w, {w.shape(-2), w.shape(-1)}), 0, 1);
             if (inputs.size() > 2) layer.bias = inputs[2];
           }
           for (Layer& layer : layers) {
             if (layer.sum != static_cast<int32_t>(value)) continue;
             const auto product = static_cast<int32_t>(layer.value);
             layer.bias = reshape(inputs[graph.values[value].inputs[0] == product ? 1 : 0], {-1});
           }
           return Array();
         });
  for (Layer& layer : layers) {
    layer.weight = detached_copy(layer.weight);
    if (layer.bias) layer.bias = detached_copy(layer.bias);
    layer.weight_shape = layer.weight.shape();
    make_integers(layer);
  }
  return layers;
}

}  // namespace quantization
}  // namespace lamina
