// Cells of recurrent nets: (input, state) -> next state, for one step. RNN (rnn.h) runs any cell
// over time; SimpleRNN, LSTM, GRU and others are layers of the same forms (cell_form.h).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lamina/nn/cell_form.h"
#include "lamina/nn/module.h"

namespace lamina::nn {

// A module for one step that knows its state.
class Cell : public Module {
 public:
  // The state with which a batch of x begins where none is given: zeros.
  virtual std::vector<Array> initial_state(const Array& x) const = 0;
  // Whether calls give the state alone, whose first array is the output; otherwise the output
  // stands before it.
  virtual bool output_is_state() const { return true; }
};

// What the cells of one form share. Called with x, or with x and the state.
class RecurrentCell : public Cell {
 public:
  std::vector<Array> forward_all(std::vector<Array> inputs) override;
  Array forward(Array x) override { return forward_all({std::move(x)})[0]; }
  std::vector<Array> initial_state(const Array& x) const override;
  bool output_is_state() const override { return form_->output_is_state(); }
  std::string description() const override;
  std::string arguments() const override;
  int states() const { return static_cast<int>(form_->state_sizes().size()); }
  // Takes what Keras's cell or layer of this kind gives as get_weights().
  void load_keras_weights(const std::vector<Array>& weights);

  int64_t input_size, hidden_size;

 protected:
  RecurrentCell(const char* kind, int64_t input_size, std::shared_ptr<const CellForm> form,
                DType dtype);
  DType dtype_;

 private:
  std::shared_ptr<const CellForm> form_;
};

struct RNNCellOptions {
  bool bias = true;
  std::string nonlinearity = "tanh";  // or "relu"
  DType dtype = float32;
};

class RNNCell : public RecurrentCell {
 public:
  RNNCell(int64_t input_size, int64_t hidden_size, RNNCellOptions options = {});
  std::unique_ptr<Module> fresh() const override;
  RNNCellOptions options;
};

struct LSTMCellOptions {
  bool bias = true;
  int64_t proj_size = 0;    // of the output, where it is projected
  bool peepholes = false;   // gates see c
  bool coupled = false;     // the forget gate is 1 - the input gate
  bool layer_norm = false;  // of both products and of c
  DType dtype = float32;
};

class LSTMCell : public RecurrentCell {
 public:
  LSTMCell(int64_t input_size, int64_t hidden_size, LSTMCellOptions options = {});
  std::unique_ptr<Module> fresh() const override;
  LSTMCellOptions options;
};

struct GRUCellOptions {
  bool bias = true;
  bool reset_after = true;  // the reset gate works on the product, as in PyTorch, not before it
  bool layer_norm = false;
  DType dtype = float32;
};

class GRUCell : public RecurrentCell {
 public:
  GRUCell(int64_t input_size, int64_t hidden_size, GRUCellOptions options = {});
  std::unique_ptr<Module> fresh() const override;
  GRUCellOptions options;
};

struct IndRNNCellOptions {
  bool bias = true;
  std::string nonlinearity = "relu";  // or "tanh"
  DType dtype = float32;
};

// Each number of the state sees itself alone (Li et al. 2018).
class IndRNNCell : public RecurrentCell {
 public:
  IndRNNCell(int64_t input_size, int64_t hidden_size, IndRNNCellOptions options = {});
  std::unique_ptr<Module> fresh() const override;
  IndRNNCellOptions options;
};

struct SRUCellOptions {
  bool bias = true;
  DType dtype = float32;
};

// The simple recurrent unit (Lei et al. 2018): gives an output and the state.
class SRUCell : public RecurrentCell {
 public:
  SRUCell(int64_t input_size, int64_t hidden_size, SRUCellOptions options = {});
  std::unique_ptr<Module> fresh() const override;
  SRUCellOptions options;
};

// The forms that options describe, with their checks; `kind` stands in messages.
std::shared_ptr<CellForm> form_of(const char* kind, int64_t hidden_size, const RNNCellOptions& o);
std::shared_ptr<CellForm> form_of(const char* kind, int64_t hidden_size, const LSTMCellOptions& o);
std::shared_ptr<CellForm> form_of(const char* kind, int64_t hidden_size, const GRUCellOptions& o);
std::shared_ptr<CellForm> form_of(const char* kind, int64_t hidden_size,
                                  const IndRNNCellOptions& o);
std::shared_ptr<CellForm> form_of(const char* kind, int64_t hidden_size, const SRUCellOptions& o);

// The first value of a form's parameter.
Array initial_value(const CellParameter& parameter, int64_t hidden_size, DType dtype);

}  // namespace lamina::nn
