// lstm: i, f, g, o of W x + b + U h + d; c' = sigmoid(f) c + sigmoid(i) tanh(g), h' = sigmoid(o)
// tanh(c')  (Hochreiter and Schmidhuber 1997; Gers et al. 2000). Its variants:
//   proj_size: h' = R sigmoid(o) tanh(c')  (Sak et al. 2014)
//   peepholes: i and f see p c, o sees p c', with vectors p  (Gers and Schmidhuber 2000)
//   coupled: no f; sigmoid(f) is 1 - sigmoid(i)  (Greff et al. 2015, CIFG); rows i, g, o
//   layer_norm: W x and U h are normalised, each with a weight and a bias of its own, and c' where
//     h' is made of it  (Ba et al. 2016)
#include "lamina/base/text.h"
#include "lamina/nn/cell_form.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/normalization.h"

namespace lamina::nn {

std::vector<CellParameter> LSTMForm::parameters(int64_t input_size) const {
  const int64_t rows = (coupled ? 3 : 4) * hidden_size;
  std::vector<CellParameter> all{{"weight_ih", {rows, input_size}},
                                 {"weight_hh", {rows, output_size()}}};
  auto norm = [&](const std::string& name, int64_t size) {
    all.push_back({name + "_weight", {size}, 1.0});
    if (bias) all.push_back({name + "_bias", {size}, 0.0});
  };
  if (layer_norm) {
    norm("norm_ih", rows), norm("norm_hh", rows), norm("norm_c", hidden_size);
  } else if (bias) {
    all.push_back({"bias_ih", {rows}}), all.push_back({"bias_hh", {rows}});
  }
  if (proj_size > 0) all.push_back({"weight_hr", {proj_size, hidden_size}});
  if (peepholes) all.push_back({"weight_peephole", {(coupled ? 2 : 3) * hidden_size}});
  return all;
}

CellStep LSTMForm::step(const CellWeights& w, Array x, const std::vector<Array>& state,
                        const Array& mask) const {
  const Array& c = state[1];
  Array from_x = affine(std::move(x), w["weight_ih"], w["bias_ih"]);
  Array from_h = affine(masked(state[0], mask), w["weight_hh"], w["bias_hh"]);
  if (layer_norm) {
    from_x = lamina::layer_norm(std::move(from_x), w["norm_ih_weight"], w["norm_ih_bias"]);
    from_h = lamina::layer_norm(std::move(from_h), w["norm_hh_weight"], w["norm_hh_bias"]);
  }
  std::vector<Array> gates = split(std::move(from_x) + from_h, coupled ? 3 : 4, -1);
  Array i = gates[0], f = coupled ? Array() : gates[1];
  Array g = gates[coupled ? 1 : 2], o = gates[coupled ? 2 : 3];
  auto peephole = [&](int64_t number) {
    return block(w["weight_peephole"], number, number + 1, hidden_size);
  };
  if (peepholes) {
    i = i + peephole(0) * c;
    if (!coupled) f = f + peephole(1) * c;
  }
  i = sigmoid(std::move(i));
  f = coupled ? 1.0 - i : sigmoid(std::move(f));
  Array next = f * c + i * tanh(std::move(g));
  if (peepholes) o = o + peephole(coupled ? 1 : 2) * next;
  Array seen = layer_norm ? lamina::layer_norm(next, w["norm_c_weight"], w["norm_c_bias"]) : next;
  Array h = sigmoid(std::move(o)) * tanh(std::move(seen));
  if (proj_size > 0) h = matmul(std::move(h), transpose(w["weight_hr"]));
  return {h, {h, std::move(next)}};
}

CellWeights LSTMForm::from_keras(const char* kind, const std::vector<Array>& weights) const {
  if (proj_size > 0 || peepholes || coupled || layer_norm) {
    return CellForm::from_keras(kind, weights);
  }
  check_keras_weights(kind, weights, 4, hidden_size, bias);  // i, f, c, o: as here
  CellWeights w;
  w.set("weight_ih", transpose(weights[0]));
  w.set("weight_hh", transpose(weights[1]));
  if (bias) w.set("bias_ih", weights[2]), w.set("bias_hh", zeros_like(weights[2]));
  return w;
}

std::string LSTMForm::arguments() const {
  return text(proj_size > 0 ? text(", proj_size=", proj_size) : "",
              peepholes ? ", peepholes=true" : "", coupled ? ", coupled=true" : "",
              layer_norm ? ", layer_norm=true" : "");
}

}  // namespace lamina::nn
