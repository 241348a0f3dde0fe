// Recurrent layers: SimpleRNN, LSTM, GRU with PyTorch's arguments and parameter names, and RNN, which
// runs any cell over time. They are loops (transform/scan.h): compiled once for all lengths.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lamina/nn/module.h"
#include "lamina/nn/recurrent_cells.h"

namespace lamina::nn {

struct RecurrentOptions {
  int64_t num_layers = 1;
  bool bias = true;
  bool batch_first = false;  // inputs are [batch, time, input] instead of [time, batch, input]
  double dropout = 0;        // of what goes from one layer to the next, in training
  bool bidirectional = false;
  DType dtype = float32;
};

// The outputs of the last layer, [time, batch, hidden], and the last state, one array [layers,
// batch, hidden] for each part of it.
struct RecurrentResult {
  Array output;
  std::vector<Array> state;
};

// What the three layers share. Called with x; with x and the state; or with x, the state (whose
// arrays may be empty) and the lengths of the sequences [batch], each of which ends there as if it
// had been run alone: outputs behind the end are zeros. Both directions of a bidirectional layer
// count as layers in the state, and their outputs stand side by side. x may have no batch axis.
// Parameters: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, .._l0_reverse, .._l1, ..
class Recurrent : public Module {
 public:
  RecurrentResult run(Array x, std::vector<Array> state = {}, Array lengths = {});
  std::vector<Array> forward_all(std::vector<Array> inputs) override;
  Array forward(Array x) override { return run(std::move(x)).output; }
  std::string description() const override;
  std::string arguments() const override;
  int states() const { return states_; }

  int64_t input_size, hidden_size;
  RecurrentOptions options;

 protected:
  Recurrent(const char* kind, int64_t input_size, int64_t hidden_size, int gates, int states,
            RecurrentOptions options);
  virtual std::vector<Array> step(const CellWeights& w, Array x,
                                  const std::vector<Array>& state) = 0;

 private:
  RecurrentResult run_direction(size_t number, const Array& x, std::vector<Array> state,
                                const Array& mask);
  int states_;
  std::vector<std::vector<Parameter>> layers_;  // directions count as layers
};

struct SimpleRNNOptions : RecurrentOptions {
  std::string nonlinearity = "tanh";  // or "relu"
};

// h' = tanh(W x + b + U h + d): torch.nn.RNN.
class SimpleRNN : public Recurrent {
 public:
  SimpleRNN(int64_t input_size, int64_t hidden_size, SimpleRNNOptions options = {});
  std::unique_ptr<Module> fresh() const override;
  std::string nonlinearity;

 protected:
  std::vector<Array> step(const CellWeights& w, Array x, const std::vector<Array>& state) override;
};

class LSTM : public Recurrent {
 public:
  LSTM(int64_t input_size, int64_t hidden_size, RecurrentOptions options = {});
  std::unique_ptr<Module> fresh() const override;

 protected:
  std::vector<Array> step(const CellWeights& w, Array x, const std::vector<Array>& state) override;
};

struct GRUOptions : RecurrentOptions {
  bool reset_after = true;  // the reset gate works on the product, as in PyTorch, not before it
};

class GRU : public Recurrent {
 public:
  GRU(int64_t input_size, int64_t hidden_size, GRUOptions options = {});
  std::unique_ptr<Module> fresh() const override;
  bool reset_after;

 protected:
  std::vector<Array> step(const CellWeights& w, Array x, const std::vector<Array>& state) override;
};

}  // namespace lamina::nn
