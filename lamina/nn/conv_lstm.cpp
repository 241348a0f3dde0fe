#include "lamina/nn/conv_lstm.h"

#include <cmath>
#include <optional>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/init.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/convolution.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina::nn {

ConvLSTM2dCell::ConvLSTM2dCell(int64_t in_channels, int64_t out_channels, PerAxis kernel,
                               ConvLSTM2dOptions given)
    : in_channels(in_channels),
      out_channels(out_channels),
      kernel_size(kernel.for_axes(2, 1, "ConvLSTM2d: kernel_size")),
      options(std::move(given)) {
  check_recurrent_sizes("ConvLSTM2d", in_channels, out_channels);
  const int64_t rows = 4 * out_channels;
  auto drawn = [&](int64_t channels) {
    IntList shape{rows, channels, kernel_size[0], kernel_size[1]};
    const double bound = 1 / std::sqrt(init::fans(shape).in);
    return init::uniform(std::move(shape), -bound, bound, options.dtype);
  };
  weight_ih = parameter("weight_ih", drawn(in_channels));
  weight_hh = parameter("weight_hh", drawn(out_channels));
  if (options.bias) bias = parameter("bias", init::zeros({rows}, options.dtype));
}

void ConvLSTM2dCell::check_input(const Array& x, int axes) const {
  if (x.ndim() == axes && x.shape(-3) == in_channels) return;
  const char* first = axes == 4 ? "" : options.batch_first ? "batch, time, " : "time, batch, ";
  throw ShapeError(
      text("expected an input [", axes == 4 ? "batch, " : first, in_channels, ", height, width]"))
      .detail("input", describe_input(x));
}

Array ConvLSTM2dCell::from_input(Array x) const {
  ConvOptions how;
  how.stride = options.stride, how.padding = options.padding, how.dilation = options.dilation;
  return options.bias ? conv2d(std::move(x), weight_ih, bias, how)
                      : conv2d(std::move(x), weight_ih, how);
}

std::vector<Array> ConvLSTM2dCell::next(Array gates, const Array& h, const Array& c) const {
  const ConvOptions same{.padding = "same"};
  std::vector<Array> z = split(std::move(gates) + conv2d(h, weight_hh, same), 4, 1);
  Array cell = sigmoid(z[1]) * c + sigmoid(z[0]) * tanh(z[2]);
  Array output = sigmoid(z[3]) * tanh(cell);
  return {std::move(output), std::move(cell)};
}

std::vector<Array> ConvLSTM2dCell::initial_state(const Array& x) const {
  check_input(x, 4);
  const Array gates = from_input(x);  // recorded for its size, never computed
  const Array zero =
      zeros({x.shape(0), out_channels, gates.shape(2), gates.shape(3)}, options.dtype);
  return {zero, zero};
}

std::vector<Array> ConvLSTM2dCell::forward_all(std::vector<Array> inputs) {
  if (inputs.size() != 1 && inputs.size() != 3) {
    throw ValueError(
        text("expected x, or x and 2 arrays of state, got ", inputs.size(), " inputs"));
  }
  check_input(inputs[0], 4);
  Array gates = from_input(inputs[0]);
  if (inputs.size() == 1) {
    for (Array& s : initial_state(inputs[0])) inputs.push_back(std::move(s));
  }
  for (size_t k = 1; k < 3; ++k) {
    const Shape expected{gates.shape(0), out_channels, gates.shape(2), gates.shape(3)};
    if (inputs[k].shape() == expected) continue;
    throw ShapeError(
        text("expected state ", k - 1, " of shape ", expected, ", got ", describe(inputs[k])))
        .detail("input", describe_input(inputs[0]));
  }
  return next(std::move(gates), inputs[1], inputs[2]);
}

void ConvLSTM2dCell::load_keras_weights(const std::vector<Array>& weights) {
  if (weights.size() != (options.bias ? 3u : 2u)) {
    throw ValueError(text(kind(), ": expected kernel, recurrent kernel",
                          options.bias ? " and bias" : "", ", got ", weights.size(), " arrays"));
  }
  StateDict state;
  for (size_t i = 0; i < 2; ++i) {
    if (weights[i].ndim() != 4) {
      throw ShapeError(text(kind(), ": expected a kernel of 4 axes, got ", describe(weights[i])));
    }
    state.emplace_back(i ? "weight_hh" : "weight_ih", transpose(weights[i], {3, 2, 0, 1}));
  }
  if (options.bias) state.emplace_back("bias", weights[2]);
  load_state_dict(state);
}

std::unique_ptr<Module> ConvLSTM2dCell::fresh() const {
  return std::make_unique<ConvLSTM2dCell>(in_channels, out_channels, PerAxis(kernel_size), options);
}
std::string ConvLSTM2dCell::description() const {
  return text(kind(), " ", in_channels, " -> ", out_channels);
}
std::string ConvLSTM2dCell::arguments() const {
  return text(in_channels, ", ", out_channels, ", kernel_size=[", kernel_size[0], ", ",
              kernel_size[1], "]", options.bias ? "" : ", bias=false",
              options.batch_first ? ", batch_first=true" : "");
}

ConvLSTM2d::ConvLSTM2d(int64_t in_channels, int64_t out_channels, PerAxis kernel_size,
                       ConvLSTM2dOptions options)
    : cell(add("cell", ConvLSTM2dCell(in_channels, out_channels, std::move(kernel_size),
                                      std::move(options)))) {}

RecurrentResult ConvLSTM2d::run(Array x, std::vector<Array> state, Array lengths) {
  cell.check_input(x, 5);
  const bool batch_first = cell.options.batch_first;
  std::optional<SequenceLayout> layout;
  const int64_t time = x.shape(batch_first ? 1 : 0), batch = x.shape(batch_first ? 0 : 1);
  if (lengths) {
    layout.emplace(lengths, time, batch, batch_first);
    x = layout->pack(std::move(x));
  } else if (batch_first) {
    x = swapaxes(std::move(x), 0, 1);
  }
  const int64_t steps = x.shape(0), rows = x.shape(1);
  Array gates = cell.from_input(
      reshape(std::move(x), {steps * rows, cell.in_channels, x.shape(3), x.shape(4)}));
  gates = reshape(gates, {steps, rows, gates.shape(1), gates.shape(2), gates.shape(3)});
  const Shape expected{batch, cell.out_channels, gates.shape(3), gates.shape(4)};
  bool from_zeros = true;
  state.resize(2);
  for (size_t k = 0; k < 2; ++k) {
    if (!state[k]) {
      state[k] = zeros(IntList(expected.begin(), expected.end()), cell.options.dtype);
      continue;
    }
    from_zeros = false;
    if (state[k].shape() == expected) continue;
    throw ShapeError(
        text("expected state ", k, " of shape ", expected, ", got ", describe(state[k])));
  }
  auto step = [&](Array slice, const std::vector<Array>& before) {
    std::vector<Array> next = cell.next(std::move(slice), before[0], before[1]);
    return CellStep{next[0], next};
  };
  RecurrentResult result = run_over_time(step, gates, std::move(state),
                                         {kind(), false, from_zeros, layout ? &*layout : nullptr});
  if (layout) {
    result.output = layout->unpack(std::move(result.output));
  } else if (batch_first) {
    result.output = swapaxes(std::move(result.output), 0, 1);
  }
  return result;
}

std::vector<Array> ConvLSTM2d::forward_all(std::vector<Array> inputs) {
  if (inputs.empty() || !inputs[0] || inputs.size() == 2 || inputs.size() > 4) {
    throw ValueError(text("expected x, perhaps 2 arrays of state, perhaps lengths, got ",
                          inputs.size(), " inputs"));
  }
  Array lengths = inputs.size() == 4 ? std::move(inputs[3]) : Array();
  std::vector<Array> state;
  if (inputs.size() >= 3) state = {std::move(inputs[1]), std::move(inputs[2])};
  RecurrentResult result = run(std::move(inputs[0]), std::move(state), std::move(lengths));
  return {std::move(result.output), std::move(result.state[0]), std::move(result.state[1])};
}

std::unique_ptr<Module> ConvLSTM2d::fresh() const {
  return std::make_unique<ConvLSTM2d>(cell.in_channels, cell.out_channels,
                                      PerAxis(cell.kernel_size), cell.options);
}

}  // namespace lamina::nn
