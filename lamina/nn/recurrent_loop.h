// One cell over time: what the layers and RNN share.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lamina/core/array.h"
#include "lamina/nn/recurrent_lengths.h"

namespace lamina::nn {

// What a cell gives for one step.
struct CellStep {
  Array output;
  std::vector<Array> state;
};
using CellFunction = std::function<CellStep(Array x, const std::vector<Array>& state)>;

// The outputs of all steps and the last state.
struct RecurrentResult {
  Array output;
  std::vector<Array> state;
};

struct RecurrentLoop {
  std::string name;  // of the cell, for messages
  bool reverse = false;
  bool from_zeros = false;  // the state is all zeros
  const SequenceLayout* layout = nullptr;
};

// x [time, batch, ..], already packed where there is a layout; the state is that of each sequence,
// [batch, ..], before and after.
RecurrentResult run_over_time(const CellFunction& cell, const Array& x, std::vector<Array> state,
                              const RecurrentLoop& loop);

}  // namespace lamina::nn
