// For passes that add calls to a graph.
#pragma once

#include <utility>

#include "lamina/ir/graph.h"

namespace lamina {

// Returns the number of the new value, which comes last.
inline int32_t append_call(Graph& graph, const Op& op, AttributesRef attributes,
                           SmallVector<int32_t, 4> inputs, Spec spec, const char* origin) {
  GraphValue v;
  v.op = &op;
  v.attributes = std::move(attributes);
  v.inputs = std::move(inputs);
  v.spec = std::move(spec);
  v.origin = origin;
  graph.values.push_back(std::move(v));
  return static_cast<int32_t>(graph.values.size() - 1);
}

}  // namespace lamina
