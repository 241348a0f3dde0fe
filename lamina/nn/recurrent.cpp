#include "lamina/nn/recurrent.h"

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/init.h"
#include "lamina/nn/recurrent_lengths.h"
#include "lamina/ops/assembling.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/dropout.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/transform/scan.h"

namespace lamina::nn {

Recurrent::Recurrent(const char* kind, int64_t input_size, int64_t hidden_size, int gates,
                     int states, RecurrentOptions options)
    : input_size(input_size), hidden_size(hidden_size), options(options), states_(states) {
  check_recurrent_sizes(kind, input_size, hidden_size);
  if (options.num_layers < 1 || options.num_layers > 1000) {
    throw ValueError(text(kind, ": expected 1 to 1000 layers, got ", options.num_layers));
  }
  if (!(options.dropout >= 0 && options.dropout <= 1)) {
    throw ValueError(text(kind, ": dropout must be 0 to 1, got ", options.dropout));
  }
  const double bound = 1 / std::sqrt(static_cast<double>(hidden_size));
  const int64_t rows = gates * hidden_size;
  const int64_t directions = options.bidirectional ? 2 : 1;
  for (int64_t layer = 0; layer < options.num_layers; ++layer) {
    const int64_t features = layer == 0 ? input_size : directions * hidden_size;
    for (int64_t direction = 0; direction < directions; ++direction) {
      std::vector<Parameter> own;
      auto add_own = [&](const char* name, IntList shape) {
        own.push_back(parameter(text(name, "_l", layer, direction ? "_reverse" : ""),
                                init::uniform(std::move(shape), -bound, bound, options.dtype)));
      };
      add_own("weight_ih", {rows, features});
      add_own("weight_hh", {rows, hidden_size});
      if (options.bias) add_own("bias_ih", {rows}), add_own("bias_hh", {rows});
      layers_.push_back(std::move(own));
    }
  }
}

// One direction of one layer; x [time, batch, features].
RecurrentResult Recurrent::run_direction(size_t number, const Array& x, std::vector<Array> state,
                                         const Array& mask) {
  const auto& p = layers_[number];
  CellWeights w{p[0], p[1], {}, {}};
  if (options.bias) w.bias_ih = p[2], w.bias_hh = p[3];
  std::vector<Array> sequences{x};
  if (mask) sequences.push_back(mask);
  ScanOptions how;
  how.reverse = options.bidirectional && number % 2 == 1;
  how.name = kind();
  ScanStep result = scan(
      [&](const std::vector<Array>& carry, const std::vector<Array>& slice) {
        std::vector<Array> next = step(w, slice[0], carry);
        Array output = next[0];
        if (slice.size() > 1) {
          output = where(slice[1], output, zeros_like(output));
          for (size_t k = 0; k < next.size(); ++k) next[k] = where(slice[1], next[k], carry[k]);
        }
        return ScanStep{std::move(next), {std::move(output)}};
      },
      std::move(state), std::move(sequences), std::move(how));
  return {std::move(result.outputs[0]), std::move(result.carry)};
}

RecurrentResult Recurrent::run(Array x, std::vector<Array> state, Array lengths) {
  const int rank = x.ndim();
  if ((rank != 2 && rank != 3) || x.shape(-1) != input_size) {
    throw ShapeError(text("expected an input ", options.batch_first ? "[batch, time, " : "[time, batch, ",
                          input_size, "]"))
        .detail("input", describe_input(x));
  }
  const bool batched = rank == 3;
  if (!batched) {
    x = expand_dims(std::move(x), {1});
  } else if (options.batch_first) {
    x = swapaxes(std::move(x), 0, 1);
  }
  const int64_t time = x.shape(0), batch = x.shape(1);
  const auto layers = static_cast<int64_t>(layers_.size());
  state.resize(static_cast<size_t>(states_));
  for (size_t k = 0; k < state.size(); ++k) {
    if (!state[k]) {
      state[k] = zeros({layers, batch, hidden_size}, options.dtype);
      continue;
    }
    if (!batched && state[k].ndim() == 2) state[k] = expand_dims(std::move(state[k]), {1});
    if (!(state[k].shape() == Shape{layers, batch, hidden_size})) {
      throw ShapeError(text("expected state ", k, " of shape [", layers, ", ", batch, ", ",
                            hidden_size, "], got ", describe(state[k])))
          .detail("input", describe_input(x));
    }
  }
  Array mask;
  if (lengths) {
    mask = mask_of_lengths(lengths, time, batch);
    x = where(mask, x, zeros_like(x));  // what lies behind the end reaches nothing, NaN neither
  }
  const size_t directions = options.bidirectional ? 2 : 1;
  std::vector<std::vector<Array>> last(state.size());
  for (size_t number = 0; number < layers_.size(); number += directions) {
    if (number > 0 && options.dropout > 0) x = dropout(std::move(x), options.dropout, training());
    std::vector<Array> outputs;
    for (size_t d = 0; d < directions; ++d) {
      std::vector<Array> own;
      const auto row = static_cast<int64_t>(number + d);
      for (const Array& s : state) {
        own.push_back(squeeze(slice(s, {row, 0, 0}, {row + 1, batch, hidden_size}), {0}));
      }
      RecurrentResult one = run_direction(number + d, x, std::move(own), mask);
      outputs.push_back(std::move(one.output));
      for (size_t k = 0; k < last.size(); ++k) last[k].push_back(std::move(one.state[k]));
    }
    x = directions == 1 ? std::move(outputs[0]) : concatenate(std::move(outputs), -1);
  }
  RecurrentResult result{std::move(x), {}};
  for (std::vector<Array>& parts : last) {
    Array all = stack(std::move(parts), 0);
    result.state.push_back(batched ? std::move(all) : squeeze(std::move(all), {1}));
  }
  if (!batched) {
    result.output = squeeze(std::move(result.output), {1});
  } else if (options.batch_first) {
    result.output = swapaxes(std::move(result.output), 0, 1);
  }
  return result;
}

std::vector<Array> Recurrent::forward_all(std::vector<Array> inputs) {
  const auto states = static_cast<size_t>(states_);
  if (inputs.empty() || !inputs[0] ||
      (inputs.size() != 1 && inputs.size() != 1 + states && inputs.size() != 2 + states)) {
    throw ValueError(text("expected x, perhaps ", states_, " arrays of state, perhaps lengths, got ",
                          inputs.size(), " inputs"));
  }
  Array lengths = inputs.size() == 2 + states ? std::move(inputs.back()) : Array();
  std::vector<Array> state;
  for (size_t k = 1; k < inputs.size() && k <= states; ++k) state.push_back(std::move(inputs[k]));
  RecurrentResult result = run(std::move(inputs[0]), std::move(state), std::move(lengths));
  std::vector<Array> outputs{std::move(result.output)};
  for (Array& s : result.state) outputs.push_back(std::move(s));
  return outputs;
}

std::string Recurrent::description() const {
  return text(kind(), " ", input_size, " -> ", hidden_size);
}

std::string Recurrent::arguments() const {
  std::string s = text(input_size, ", ", hidden_size);
  if (options.num_layers != 1) s += text(", num_layers=", options.num_layers);
  if (!options.bias) s += ", bias=false";
  if (options.batch_first) s += ", batch_first=true";
  if (options.dropout != 0) s += text(", dropout=", options.dropout);
  if (options.bidirectional) s += ", bidirectional=true";
  return s;
}

SimpleRNN::SimpleRNN(int64_t input_size, int64_t hidden_size, SimpleRNNOptions options)
    : Recurrent("SimpleRNN", input_size, hidden_size, 1, 1, options),
      nonlinearity(options.nonlinearity) {
  is_relu("SimpleRNN", nonlinearity);
}
std::vector<Array> SimpleRNN::step(const CellWeights& w, Array x, const std::vector<Array>& state) {
  return {rnn_step(w, std::move(x), state[0], nonlinearity == "relu")};
}
std::unique_ptr<Module> SimpleRNN::fresh() const {
  return std::make_unique<SimpleRNN>(input_size, hidden_size,
                                     SimpleRNNOptions{options, nonlinearity});
}

LSTM::LSTM(int64_t input_size, int64_t hidden_size, RecurrentOptions options)
    : Recurrent("LSTM", input_size, hidden_size, 4, 2, options) {}
std::vector<Array> LSTM::step(const CellWeights& w, Array x, const std::vector<Array>& state) {
  return lstm_step(w, std::move(x), state[0], state[1]);
}
std::unique_ptr<Module> LSTM::fresh() const {
  return std::make_unique<LSTM>(input_size, hidden_size, options);
}

GRU::GRU(int64_t input_size, int64_t hidden_size, GRUOptions options)
    : Recurrent("GRU", input_size, hidden_size, 3, 1, options), reset_after(options.reset_after) {}
std::vector<Array> GRU::step(const CellWeights& w, Array x, const std::vector<Array>& state) {
  return {gru_step(w, std::move(x), state[0], reset_after)};
}
std::unique_ptr<Module> GRU::fresh() const {
  return std::make_unique<GRU>(input_size, hidden_size, GRUOptions{options, reset_after});
}

}  // namespace lamina::nn
