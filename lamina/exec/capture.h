// From recorded values to a graph that can be kept, and back: what saving a model is made of.
//
//   Captured c = capture(std::span(&y, 1));           // y = model(x), recorded and not computed
//   c.graph.leaf_names[..] = ..
//   Array again = replay(c.graph, leaves)[0];         // recorded once more, on other arrays
#pragma once

#include <span>
#include <vector>

#include "lamina/base/function_ref.h"
#include "lamina/core/array.h"
#include "lamina/ir/graph.h"

namespace lamina {

struct Captured {
  Graph graph;                // its outputs in the order asked for
  std::vector<Array> leaves;  // by leaf_index; numbers too
};

// The pending graph under `outputs`. Values that are computed already are leaves.
Captured capture(std::span<const Array> outputs);

// Records the graph's calls on `leaves` (by leaf_index; those of numbers may be empty) and returns
// its outputs. Sizes may differ from the recorded ones where every call accepts them; types and
// ranks may not (DTypeError, ShapeError).
std::vector<Array> replay(const Graph& graph, std::span<const Array> leaves);

// The same with other calls in the place of some: asked for every call, with the number of its value and
// the inputs as they were recorded now; what it returns stands for the value, an empty Array for the
// call as it is. Not asked for ops of several outputs.
using ReplayChange = FunctionRef<Array(size_t value, const std::vector<Array>& inputs)>;
std::vector<Array> replay(const Graph& graph, std::span<const Array> leaves, ReplayChange change);

}  // namespace lamina
