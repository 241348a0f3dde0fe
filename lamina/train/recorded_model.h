// Internal: a module as a graph with named leaves: what a model file holds, and what is rewritten
// when a model is quantised.
#pragma once

#include <string>
#include <vector>

#include "lamina/ir/graph.h"
#include "lamina/nn/state_dict.h"
#include "lamina/train/model_file.h"

namespace lamina::train {

// Leaves that are no state have names that no state can have: a path has no '@'.
inline constexpr const char* kInputName = "@input";
inline constexpr const char* kConstantName = "@constant.";

struct RecordedModel {
  // Names of its leaves: of the state, kInputName, kConstantName and a number; numbers have none.
  Graph graph;
  InputSpec input;
  nn::StateDict trained, buffers, constants;
  std::vector<std::string> classes = {};

  const Array* find(const std::string& name) const;
  // The arrays of the graph's leaves, by leaf_index; empty for numbers.
  std::vector<Array> leaves(const Array& input) const;
};

// The forward pass in evaluation mode, of a spec whose first size may be -1: any number of
// examples, where the graph serves two numbers of them, else that of its stand-in. State keeps its
// arrays, so that they are known as variables. StateError, begun by `function`, for a forward that
// reads values.
RecordedModel record_model(nn::Module& module, const InputSpec& input, const char* function);

// A graph of other values that were recorded on stand-ins, in the place of model's: `output` of
// `input`; leaves that are among `state` get these names,
// the second of two equal ones another.
struct NamedState {
  std::string name;
  Array value;
  bool trained = false;
};
RecordedModel recorded_again(const Array& output, const Array& input, InputSpec spec,
                             const std::vector<NamedState>& state);

// Zeros of memory: the input must be a leaf of the graph.
Array stand_in(const InputSpec& input, int64_t examples);

// A module that computes it.
SavedModel module_of(RecordedModel model);

}  // namespace lamina::train
