// Recurrent layers: SimpleRNN, LSTM, GRU with PyTorch's arguments and parameter names, IndRNN and
// SRU. They are loops (transform/scan.h): compiled once for all lengths.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lamina/nn/module.h"
#include "lamina/nn/recurrent_cells.h"
#include "lamina/nn/recurrent_loop.h"

namespace lamina::nn {

// What all layers have; their own options have the same fields.
struct RecurrentOptions {
  int64_t num_layers = 1;
  bool bias = true;
  bool batch_first = false;  // inputs are [batch, time, input] instead of [time, batch, input]
  double dropout = 0;        // of what goes from one layer to the next, in training
  bool bidirectional = false;
  double recurrent_dropout = 0;      // of the state where it enters products, in training: the
                                     // same numbers in all steps (Gal and Ghahramani 2016)
  std::vector<double> zoneout = {};  // of the state: one rate, or one for each array of it
  bool stateful = false;             // a call without a state goes on where the last one ended
  DType dtype = float32;
};

// What the layers share. Called with x; with x and the state; or with x, the state (whose arrays
// may be empty) and the lengths of the sequences [batch], each of which ends there as if it had
// been run alone: outputs behind the end are zeros, and no time is spent on them. Both directions
// of a bidirectional layer count as layers in the state, and their outputs stand side by side. x
// may have no batch axis. Parameters: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0,
// .._l0_reverse, .._l1, ..
class Recurrent : public Module {
 public:
  RecurrentResult run(Array x, std::vector<Array> state = {}, Array lengths = {});
  std::vector<Array> forward_all(std::vector<Array> inputs) override;
  Array forward(Array x) override { return run(std::move(x)).output; }
  std::string description() const override;
  std::string arguments() const override;
  int states() const { return static_cast<int>(form_->state_sizes().size()); }

  // A stateful layer begins with zeros again.
  void reset_states() { kept_.clear(); }
  // Takes what Keras's layers of this kind give as get_weights(), one layer after the other, the
  // backward direction of each behind the forward one.
  void load_keras_weights(const std::vector<Array>& weights);

  int64_t input_size, hidden_size;

 protected:
  Recurrent(const char* kind, int64_t input_size, std::shared_ptr<const CellForm> form,
            RecurrentOptions options);

 private:
  size_t directions() const { return common_.bidirectional ? 2 : 1; }
  std::vector<Array> first_state(std::vector<Array> state, const Array& x, bool batched) const;
  RecurrentResult run_layers(Array x, const std::vector<Array>& state, bool from_zeros,
                             const SequenceLayout* layout);
  RecurrentResult run_direction(size_t number, const Array& x, std::vector<Array> state,
                                bool from_zeros, const SequenceLayout* layout);

  std::shared_ptr<const CellForm> form_;
  RecurrentOptions common_;
  std::vector<CellParameter> names_;            // of the parameters of a layer
  std::vector<std::vector<Parameter>> layers_;  // directions count as layers
  std::vector<Array> kept_;                     // the last state of a stateful layer
};

struct SimpleRNNOptions {
  int64_t num_layers = 1;
  bool bias = true;
  bool batch_first = false;
  double dropout = 0;
  bool bidirectional = false;
  std::string nonlinearity = "tanh";  // or "relu"
  double recurrent_dropout = 0;
  std::vector<double> zoneout = {};
  bool stateful = false;
  DType dtype = float32;
};

// h' = tanh(W x + b + U h + d): torch.nn.RNN.
class SimpleRNN : public Recurrent {
 public:
  SimpleRNN(int64_t input_size, int64_t hidden_size, SimpleRNNOptions options = {});
  std::unique_ptr<Module> fresh() const override;
  SimpleRNNOptions options;
};

struct LSTMOptions {
  int64_t num_layers = 1;
  bool bias = true;
  bool batch_first = false;
  double dropout = 0;
  bool bidirectional = false;
  int64_t proj_size = 0;  // as in LSTMCellOptions
  bool peepholes = false;
  bool coupled = false;
  bool layer_norm = false;
  double recurrent_dropout = 0;
  std::vector<double> zoneout = {};
  bool stateful = false;
  DType dtype = float32;
};

class LSTM : public Recurrent {
 public:
  LSTM(int64_t input_size, int64_t hidden_size, LSTMOptions options = {});
  std::unique_ptr<Module> fresh() const override;
  LSTMOptions options;
};

struct GRUOptions {
  int64_t num_layers = 1;
  bool bias = true;
  bool batch_first = false;
  double dropout = 0;
  bool bidirectional = false;
  bool reset_after = true;  // as in GRUCellOptions
  bool layer_norm = false;
  double recurrent_dropout = 0;
  std::vector<double> zoneout = {};
  bool stateful = false;
  DType dtype = float32;
};

class GRU : public Recurrent {
 public:
  GRU(int64_t input_size, int64_t hidden_size, GRUOptions options = {});
  std::unique_ptr<Module> fresh() const override;
  GRUOptions options;
};

struct IndRNNOptions {
  int64_t num_layers = 1;
  bool bias = true;
  bool batch_first = false;
  double dropout = 0;
  bool bidirectional = false;
  std::string nonlinearity = "relu";  // or "tanh"
  double recurrent_dropout = 0;
  std::vector<double> zoneout = {};
  bool stateful = false;
  DType dtype = float32;
};

// h' = relu(W x + b + u h), u a vector.
class IndRNN : public Recurrent {
 public:
  IndRNN(int64_t input_size, int64_t hidden_size, IndRNNOptions options = {});
  std::unique_ptr<Module> fresh() const override;
  IndRNNOptions options;
};

struct SRUOptions {
  int64_t num_layers = 1;
  bool bias = true;
  bool batch_first = false;
  double dropout = 0;
  bool bidirectional = false;
  std::vector<double> zoneout = {};
  bool stateful = false;
  DType dtype = float32;
};

class SRU : public Recurrent {
 public:
  SRU(int64_t input_size, int64_t hidden_size, SRUOptions options = {});
  std::unique_ptr<Module> fresh() const override;
  SRUOptions options;
};

}  // namespace lamina::nn
