// rnn: h' = tanh(W x + b + U h + d), or relu (Elman 1990).
// indrnn: h' = relu(W x + b + u h) with a vector u (Li et al. 2018).
#include "lamina/nn/cell_form.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina::nn {
namespace {

Array activated(Array z, bool rectified) {
  return rectified ? relu(std::move(z)) : tanh(std::move(z));
}

}  // namespace

std::vector<CellParameter> RNNForm::parameters(int64_t input_size) const {
  std::vector<CellParameter> all{{"weight_ih", {hidden_size, input_size}},
                                 {"weight_hh", {hidden_size, hidden_size}}};
  if (bias) all.push_back({"bias_ih", {hidden_size}}), all.push_back({"bias_hh", {hidden_size}});
  return all;
}

CellStep RNNForm::step(const CellWeights& w, Array x, const std::vector<Array>& state,
                       const Array& mask) const {
  Array z = affine(std::move(x), w["weight_ih"], w["bias_ih"]) +
            affine(masked(state[0], mask), w["weight_hh"], w["bias_hh"]);
  Array h = activated(std::move(z), relu);
  return {h, {h}};
}

CellWeights RNNForm::from_keras(const char* kind, const std::vector<Array>& weights) const {
  check_keras_weights(kind, weights, 1, hidden_size, bias);
  CellWeights w;
  w.set("weight_ih", transpose(weights[0]));
  w.set("weight_hh", transpose(weights[1]));
  if (bias) w.set("bias_ih", weights[2]), w.set("bias_hh", zeros_like(weights[2]));
  return w;
}

std::vector<CellParameter> IndRNNForm::parameters(int64_t input_size) const {
  std::vector<CellParameter> all{{"weight_ih", {hidden_size, input_size}},
                                 {"weight_hh", {hidden_size}}};
  if (bias) all.push_back({"bias", {hidden_size}});
  return all;
}

CellStep IndRNNForm::step(const CellWeights& w, Array x, const std::vector<Array>& state,
                          const Array& mask) const {
  Array z =
      affine(std::move(x), w["weight_ih"], w["bias"]) + w["weight_hh"] * masked(state[0], mask);
  Array h = activated(std::move(z), relu);
  return {h, {h}};
}

}  // namespace lamina::nn
