// gru: r, z; n = tanh(W x + b + r (U h + d)) where the reset gate comes after the product, as in
// PyTorch and cuDNN, or tanh(W x + b + U (r h) + d) where it comes before it (Cho et al. 2014);
// h' = (1 - z) n + z h.
//   layer_norm: W x and U h are normalised, the rows of r and z together, those of n by themselves
//     (Ba et al. 2016, supplement)
#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/cell_form.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/normalization.h"

namespace lamina::nn {

std::vector<CellParameter> GRUForm::parameters(int64_t input_size) const {
  const int64_t rows = 3 * hidden_size;
  std::vector<CellParameter> all{{"weight_ih", {rows, input_size}},
                                 {"weight_hh", {rows, hidden_size}}};
  for (const std::string name : {"norm_ih", "norm_hh"}) {
    if (!layer_norm) break;
    all.push_back({name + "_weight", {rows}, 1.0});
    if (bias) all.push_back({name + "_bias", {rows}, 0.0});
  }
  if (bias && !layer_norm) {
    all.push_back({"bias_ih", {rows}}), all.push_back({"bias_hh", {rows}});
  }
  return all;
}

CellStep GRUForm::step(const CellWeights& w, Array x, const std::vector<Array>& state,
                       const Array& mask) const {
  const Array &h = state[0], seen = masked(h, mask);
  const IntList sizes{2 * hidden_size, hidden_size};  // r and z, n
  auto rows = [&](const std::string& name, int64_t first, int64_t last) {
    return w[name] ? block(w[name], first, last, hidden_size) : Array();
  };
  auto normed = [&](const std::string& name, Array y, int64_t first, int64_t last) {
    if (!layer_norm) return y;
    return lamina::layer_norm(std::move(y), rows(name + "_weight", first, last),
                              rows(name + "_bias", first, last));
  };
  auto from_h = [&](const Array& input, int64_t first, int64_t last) {
    Array y = affine(input, rows("weight_hh", first, last), rows("bias_hh", first, last));
    return normed("norm_hh", std::move(y), first, last);
  };
  std::vector<Array> parts = split(affine(std::move(x), w["weight_ih"], w["bias_ih"]), sizes, -1);
  Array gates = normed("norm_ih", parts[0], 0, 2), n = normed("norm_ih", parts[1], 2, 3);
  Array candidate;
  if (reset_after) {
    parts = split(affine(seen, w["weight_hh"], w["bias_hh"]), sizes, -1);
    gates = gates + normed("norm_hh", parts[0], 0, 2);
    candidate = normed("norm_hh", parts[1], 2, 3);
  } else {
    gates = gates + from_h(seen, 0, 2);
  }
  std::vector<Array> both = split(sigmoid(std::move(gates)), 2, -1);
  const Array &r = both[0], &z = both[1];
  n = tanh(n + (reset_after ? r * candidate : from_h(r * seen, 2, 3)));
  Array next = n + z * (h - n);
  return {next, {next}};
}

// Keras has z, r, h where r, z, n stand here, and two biases [2, 3 * hidden] with reset_after.
CellWeights GRUForm::from_keras(const char* kind, const std::vector<Array>& weights) const {
  if (layer_norm) return CellForm::from_keras(kind, weights);
  check_keras_weights(kind, weights, 3, hidden_size, bias);
  auto reordered = [&](const Array& rows) {
    return concatenate({block(rows, 1, 2, hidden_size), block(rows, 0, 1, hidden_size),
                        block(rows, 2, 3, hidden_size)},
                       0);
  };
  CellWeights w;
  w.set("weight_ih", reordered(transpose(weights[0])));
  w.set("weight_hh", reordered(transpose(weights[1])));
  if (!bias) return w;
  const int64_t rows = 3 * hidden_size;
  const Shape expected = reset_after ? Shape{2, rows} : Shape{rows};
  if (!(weights[2].shape() == expected)) {
    throw ShapeError(text(kind, ": expected a bias ", reset_after ? "[2, " : "[", rows, "], got ",
                          describe(weights[2])))
        .help("reset_after must be what it is in Keras");
  }
  auto bias_row = [&](int64_t row) {
    return reordered(reshape(slice(weights[2], {row, 0}, {row + 1, rows}), {rows}));
  };
  w.set("bias_ih", reset_after ? bias_row(0) : reordered(weights[2]));
  w.set("bias_hh", reset_after ? bias_row(1) : zeros_like(weights[2]));
  return w;
}

std::string GRUForm::arguments() const {
  return text(reset_after ? "" : ", reset_after=false", layer_norm ? ", layer_norm=true" : "");
}

}  // namespace lamina::nn
