// Cells of recurrent nets: (input, state) -> next state, for one step. RNN (recurrent.h) runs any
// cell over time; SimpleRNN, LSTM and GRU are layers of these.
#pragma once

#include <string>
#include <vector>

#include "lamina/nn/module.h"

namespace lamina::nn {

// The weights of one cell, with PyTorch's rows: one block of hidden_size rows for each gate. Biases
// may be missing.
struct CellWeights {
  Array ih, hh, bias_ih, bias_hh;
};

// One step of each kind, on x [.., input], h and c [.., hidden].
//   rnn:  h' = tanh(W x + b + U h + d), or relu
//   lstm: i, f, g, o of W x + b + U h + d; c' = sigmoid(f) c + sigmoid(i) tanh(g),
//         h' = sigmoid(o) tanh(c')  (Hochreiter and Schmidhuber 1997; Gers et al. 2000)
//   gru:  r, z; n = tanh(W x + b + r (U h + d)) where the reset gate comes after the product, as in
//         PyTorch and cuDNN, or tanh(W x + b + U (r h) + d) where it comes before it (Cho et al.
//         2014); h' = (1 - z) n + z h
Array rnn_step(const CellWeights& w, Array x, const Array& h, bool relu);
std::vector<Array> lstm_step(const CellWeights& w, Array x, const Array& h, const Array& c);
Array gru_step(const CellWeights& w, Array x, const Array& h, bool reset_after);

struct CellOptions {
  bool bias = true;
  DType dtype = float32;
};

// What the three cells share. Called with x, or with x and the state; gives the next state, whose
// first array is the output. Without a state it begins with zeros.
class RecurrentCell : public Module {
 public:
  std::vector<Array> forward_all(std::vector<Array> inputs) override;
  Array forward(Array x) override { return forward_all({std::move(x)})[0]; }
  std::string description() const override;
  std::string arguments() const override;
  virtual std::vector<Array> next(Array x, const std::vector<Array>& state) = 0;
  int states() const { return states_; }

  int64_t input_size, hidden_size;
  CellOptions options;
  Parameter weight_ih, weight_hh, bias_ih, bias_hh;

 protected:
  RecurrentCell(const char* kind, int64_t input_size, int64_t hidden_size, int gates, int states,
                CellOptions options);
  CellWeights weights() const;

 private:
  int states_;
};

struct RNNCellOptions {
  bool bias = true;
  std::string nonlinearity = "tanh";  // or "relu"
  DType dtype = float32;
};

class RNNCell : public RecurrentCell {
 public:
  RNNCell(int64_t input_size, int64_t hidden_size, RNNCellOptions options = {});
  std::vector<Array> next(Array x, const std::vector<Array>& state) override;
  std::unique_ptr<Module> fresh() const override;
  std::string nonlinearity;
};

class LSTMCell : public RecurrentCell {
 public:
  LSTMCell(int64_t input_size, int64_t hidden_size, CellOptions options = {});
  std::vector<Array> next(Array x, const std::vector<Array>& state) override;
  std::unique_ptr<Module> fresh() const override;
};

struct GRUCellOptions {
  bool bias = true;
  bool reset_after = true;
  DType dtype = float32;
};

class GRUCell : public RecurrentCell {
 public:
  GRUCell(int64_t input_size, int64_t hidden_size, GRUCellOptions options = {});
  std::vector<Array> next(Array x, const std::vector<Array>& state) override;
  std::unique_ptr<Module> fresh() const override;
  bool reset_after;
};

// Throws, begun by `kind`, for sizes that cannot be.
void check_recurrent_sizes(const char* kind, int64_t input_size, int64_t hidden_size);
bool is_relu(const char* kind, const std::string& nonlinearity);

}  // namespace lamina::nn
