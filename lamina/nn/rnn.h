// RNN: any cell over time.
#pragma once

#include <concepts>
#include <memory>
#include <utility>
#include <vector>

#include "lamina/nn/recurrent_cells.h"
#include "lamina/nn/recurrent_loop.h"

namespace lamina::nn {

struct RNNOptions {
  bool batch_first = false;
  bool reverse = false;  // from the last step to the first
};

// Runs a cell over x [time, batch, ..]. The cell is any module that, called with one step of x and
// the arrays of its state, gives an output and the next state:
//
//   struct Cell : nn::Module {
//     std::vector<Array> forward_all(std::vector<Array> in) override {
//       Array h = tanh(input(in[0]) + hidden(in[1]));
//       return {h, h};                                    // output, state
//     }
//     ..
//   };
//   RecurrentResult r = nn::RNN(Cell(64, 128)).run(x);
//
// Where no state is given it begins with zeros, of as many and as large arrays as the cell carries
// on. With lengths every array of the state has the batch as its first axis. The loop is compiled
// as one: products that do not need the state leave it.
class RNN : public Module {
 public:
  template <std::derived_from<Module> Cell>
  explicit RNN(Cell&& cell, RNNOptions options = {})
      : RNN(std::shared_ptr<Module>(std::make_shared<Cell>(std::move(cell))), options) {}
  explicit RNN(std::shared_ptr<Module> cell, RNNOptions options = {});

  RecurrentResult run(Array x, std::vector<Array> state = {}, Array lengths = {});
  // x, or x and the state; gives the outputs and the last state.
  std::vector<Array> forward_all(std::vector<Array> inputs) override;
  Array forward(Array x) override { return run(std::move(x)).output; }
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;

  std::shared_ptr<Module> cell;
  RNNOptions options;

 private:
  RecurrentResult loop(const Array& x, std::vector<Array> state, bool from_zeros,
                       const SequenceLayout* layout);
  CellStep step(Array x, const std::vector<Array>& state);
  std::vector<Array> initial_state(const Array& x);  // of x [time, batch, ..]
  size_t states_ = 0;  // how many arrays the cell carries on, and of which size: found at the first
  int64_t size_ = 0;   // call
};

}  // namespace lamina::nn
