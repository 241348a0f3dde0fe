// LSTMs whose products are convolutions (Shi et al. 2015), as Keras's ConvLSTM2D has them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lamina/nn/recurrent_cells.h"
#include "lamina/nn/recurrent_loop.h"
#include "lamina/ops/window.h"

namespace lamina::nn {

struct ConvLSTM2dOptions {
  PerAxis stride = 1;
  Padding padding = "same";  // of the input; the state always keeps its size
  PerAxis dilation = 1;
  bool bias = true;
  bool batch_first = false;  // of the layer: [batch, time, ..] instead of [time, batch, ..]
  DType dtype = float32;
};

// One step: i, f, g, o of W * x + b + U * h; c' = sigmoid(f) c + sigmoid(i) tanh(g), h' =
// sigmoid(o) tanh(c'). x [batch, in, height, width], h and c [batch, out, ..]. Parameters:
// weight_ih [4 out, in, kernel..], weight_hh [4 out, out, kernel..], bias [4 out].
class ConvLSTM2dCell : public Cell {
 public:
  ConvLSTM2dCell(int64_t in_channels, int64_t out_channels, PerAxis kernel_size,
                 ConvLSTM2dOptions options = {});
  std::vector<Array> forward_all(std::vector<Array> inputs) override;
  Array forward(Array x) override { return forward_all({std::move(x)})[0]; }
  std::vector<Array> initial_state(const Array& x) const override;
  std::unique_ptr<Module> fresh() const override;
  std::string description() const override;
  std::string arguments() const override;
  // Takes Keras's kernel [kernel.., in, 4 out], recurrent kernel and bias.
  void load_keras_weights(const std::vector<Array>& weights);

  Array from_input(Array x) const;                                             // W * x + b
  std::vector<Array> next(Array gates, const Array& h, const Array& c) const;  // h', c'
  void check_input(const Array& x, int axes) const;
  int states() const { return 2; }

  int64_t in_channels, out_channels;
  IntList kernel_size;
  ConvLSTM2dOptions options;
  Parameter weight_ih, weight_hh, bias;
};

// The cell over x [time, batch, in, height, width]; convolutions of the input are one for all
// steps. The state is h and c.
class ConvLSTM2d : public Module {
 public:
  ConvLSTM2d(int64_t in_channels, int64_t out_channels, PerAxis kernel_size,
             ConvLSTM2dOptions options = {});
  RecurrentResult run(Array x, std::vector<Array> state = {}, Array lengths = {});
  std::vector<Array> forward_all(std::vector<Array> inputs) override;
  Array forward(Array x) override { return run(std::move(x)).output; }
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override { return cell.arguments(); }
  void load_keras_weights(const std::vector<Array>& weights) { cell.load_keras_weights(weights); }
  int states() const { return 2; }

  ConvLSTM2dCell& cell;
};

}  // namespace lamina::nn
