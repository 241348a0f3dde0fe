#include "lamina/nn/recurrent_cells.h"

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/init.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"

namespace lamina::nn {
namespace {

Array affine(Array x, const Array& weight, const Array& bias) {
  Array y = matmul(std::move(x), transpose(weight));
  return bias ? std::move(y) + bias : y;
}

Array block(const Array& weight, int64_t first, int64_t last, int64_t size) {
  IntList start(static_cast<size_t>(weight.ndim()), 0);
  IntList stop(weight.shape().begin(), weight.shape().end());
  start[0] = first * size, stop[0] = last * size;
  return slice(weight, start, stop);
}

}  // namespace

Array rnn_step(const CellWeights& w, Array x, const Array& h, bool rectified) {
  Array z = affine(std::move(x), w.ih, w.bias_ih) + affine(h, w.hh, w.bias_hh);
  return rectified ? relu(std::move(z)) : tanh(std::move(z));
}

std::vector<Array> lstm_step(const CellWeights& w, Array x, const Array& h, const Array& c) {
  Array z = affine(std::move(x), w.ih, w.bias_ih) + affine(h, w.hh, w.bias_hh);
  std::vector<Array> gates = split(std::move(z), 4, -1);
  Array next = sigmoid(gates[1]) * c + sigmoid(gates[0]) * tanh(gates[2]);
  Array output = sigmoid(gates[3]) * tanh(next);
  return {std::move(output), std::move(next)};
}

Array gru_step(const CellWeights& w, Array x, const Array& h, bool reset_after) {
  Array from_x = affine(std::move(x), w.ih, w.bias_ih);
  std::vector<Array> gates = split(from_x, 3, -1);
  Array r, z, n;
  if (reset_after) {
    std::vector<Array> from_h = split(affine(h, w.hh, w.bias_hh), 3, -1);
    r = sigmoid(gates[0] + from_h[0]);
    z = sigmoid(gates[1] + from_h[1]);
    n = tanh(gates[2] + r * from_h[2]);
  } else {
    const int64_t size = h.shape(-1);
    auto bias = [&](int64_t first, int64_t last) {
      return w.bias_hh ? block(w.bias_hh, first, last, size) : Array();
    };
    std::vector<Array> from_h = split(affine(h, block(w.hh, 0, 2, size), bias(0, 2)), 2, -1);
    r = sigmoid(gates[0] + from_h[0]);
    z = sigmoid(gates[1] + from_h[1]);
    n = tanh(gates[2] + affine(r * h, block(w.hh, 2, 3, size), bias(2, 3)));
  }
  return n + z * (h - n);
}

void check_recurrent_sizes(const char* kind, int64_t input_size, int64_t hidden_size) {
  constexpr int64_t kMost = int64_t{1} << 24;
  if (input_size < 1 || hidden_size < 1 || input_size > kMost || hidden_size > kMost) {
    throw ValueError(text(kind, ": expected sizes of 1 to ", kMost, ", got ", input_size, " and ",
                          hidden_size));
  }
}

bool is_relu(const char* kind, const std::string& nonlinearity) {
  if (nonlinearity != "tanh" && nonlinearity != "relu") {
    throw ValueError(text(kind, ": nonlinearity must be 'tanh' or 'relu', got '", nonlinearity, "'"));
  }
  return nonlinearity == "relu";
}

RecurrentCell::RecurrentCell(const char* kind, int64_t input_size, int64_t hidden_size, int gates,
                             int states, CellOptions options)
    : input_size(input_size), hidden_size(hidden_size), options(options), states_(states) {
  check_recurrent_sizes(kind, input_size, hidden_size);
  const double bound = 1 / std::sqrt(static_cast<double>(hidden_size));
  const int64_t rows = gates * hidden_size;
  auto drawn = [&](IntList shape) {
    return init::uniform(std::move(shape), -bound, bound, options.dtype);
  };
  weight_ih = parameter("weight_ih", drawn({rows, input_size}));
  weight_hh = parameter("weight_hh", drawn({rows, hidden_size}));
  if (!options.bias) return;
  bias_ih = parameter("bias_ih", drawn({rows}));
  bias_hh = parameter("bias_hh", drawn({rows}));
}

CellWeights RecurrentCell::weights() const {
  if (!options.bias) return {weight_ih, weight_hh, {}, {}};
  return {weight_ih, weight_hh, bias_ih, bias_hh};
}

std::vector<Array> RecurrentCell::forward_all(std::vector<Array> inputs) {
  if (inputs.size() != 1 && inputs.size() != static_cast<size_t>(1 + states_)) {
    throw ValueError(text("expected x, or x and ", states_, " arrays of state, got ", inputs.size(),
                          " inputs"));
  }
  const Array& x = inputs[0];
  if (x.ndim() == 0 || x.ndim() > 2 || x.shape(-1) != input_size) {
    throw ShapeError(text("expected an input [batch, ", input_size, "] or [", input_size, "]"))
        .detail("input", describe_input(x));
  }
  IntList shape(x.shape().begin(), x.shape().end());
  shape.back() = hidden_size;
  std::vector<Array> state;
  for (int k = 0; k < states_; ++k) {
    if (inputs.size() == 1) {
      state.push_back(zeros(shape, options.dtype));
      continue;
    }
    const Array& given = inputs[static_cast<size_t>(1 + k)];
    if (IntList(given.shape().begin(), given.shape().end()) != shape) {
      throw ShapeError(text("expected state ", k, " of shape ", shape, ", got ", describe(given)))
          .detail("input", describe_input(x));
    }
    state.push_back(given);
  }
  const bool one = x.ndim() == 1;
  if (!one) return next(std::move(inputs[0]), state);
  for (Array& s : state) s = expand_dims(std::move(s), {0});
  std::vector<Array> results = next(expand_dims(std::move(inputs[0]), {0}), state);
  for (Array& y : results) y = squeeze(std::move(y), {0});
  return results;
}

std::string RecurrentCell::description() const {
  return text(kind(), " ", input_size, " -> ", hidden_size);
}
std::string RecurrentCell::arguments() const {
  return text(input_size, ", ", hidden_size, options.bias ? "" : ", bias=false");
}

RNNCell::RNNCell(int64_t input_size, int64_t hidden_size, RNNCellOptions options)
    : RecurrentCell("RNNCell", input_size, hidden_size, 1, 1, {options.bias, options.dtype}),
      nonlinearity(options.nonlinearity) {
  is_relu("RNNCell", nonlinearity);
}
std::vector<Array> RNNCell::next(Array x, const std::vector<Array>& state) {
  return {rnn_step(weights(), std::move(x), state[0], nonlinearity == "relu")};
}
std::unique_ptr<Module> RNNCell::fresh() const {
  return std::make_unique<RNNCell>(
      input_size, hidden_size, RNNCellOptions{options.bias, nonlinearity, options.dtype});
}

LSTMCell::LSTMCell(int64_t input_size, int64_t hidden_size, CellOptions options)
    : RecurrentCell("LSTMCell", input_size, hidden_size, 4, 2, options) {}
std::vector<Array> LSTMCell::next(Array x, const std::vector<Array>& state) {
  return lstm_step(weights(), std::move(x), state[0], state[1]);
}
std::unique_ptr<Module> LSTMCell::fresh() const {
  return std::make_unique<LSTMCell>(input_size, hidden_size, options);
}

GRUCell::GRUCell(int64_t input_size, int64_t hidden_size, GRUCellOptions options)
    : RecurrentCell("GRUCell", input_size, hidden_size, 3, 1, {options.bias, options.dtype}),
      reset_after(options.reset_after) {}
std::vector<Array> GRUCell::next(Array x, const std::vector<Array>& state) {
  return {gru_step(weights(), std::move(x), state[0], reset_after)};
}
std::unique_ptr<Module> GRUCell::fresh() const {
  return std::make_unique<GRUCell>(input_size, hidden_size,
                                   GRUCellOptions{options.bias, reset_after, options.dtype});
}

}  // namespace lamina::nn
