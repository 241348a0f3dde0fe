// Cluster: values of a graph that one loop computes. An element-wise op or a reduction alone is the
// smallest cluster; the compiler joins them. Shapes are known here, memory is not: lowering turns a
// cluster into a Loop.
#pragma once

#include <vector>

#include "lamina/ir/graph.h"
#include "lamina/op/loop.h"

namespace lamina {

// For each axis of the domain, the operand's axis, or -1 where the operand does not have it
// (broadcast, reduced).
using AxisMap = SmallVector<int8_t, 8>;

struct Cluster {
  Shape domain;
  ScalarProgram program;            // Input instruction k reads operand k
  std::vector<AxisMap> input_axes;  // one per input of the graph value

  struct Output {
    uint16_t value;
    Spec spec;
    AxisMap axes;
    bool is_reduction = false;
    Monoid monoid = Monoid::Sum;
  };
  std::vector<Output> outputs;
  SmallVector<uint8_t, 8> reduced;  // flags per domain axis; empty when nothing is reduced
  std::vector<const char*> ops;     // names of what it computes, in order: for explain
};

// The cluster of one element-wise op or reduction; inputs are the specs of the value's inputs.
Cluster cluster_of(const GraphValue& value, std::span<const Spec* const> inputs);

// Axes of an operand of shape `operand` that broadcasts to `domain`.
AxisMap broadcast_axes(const Shape& operand, const Shape& domain);

}  // namespace lamina
