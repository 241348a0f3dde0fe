// A loop that computes some of a loop's outputs.
#pragma once

#include <vector>

#include "lamina/ir/graph.h"

namespace lamina {

// The value with these outputs of its loop only, in this order, and only the inputs that they need.
// Element-wise outputs keep their bits: each point is computed as before. The order in which a
// reduction adds may depend on the loop, so a part with a reduction is the whole.
struct PartOfCluster {
  GraphValue value;
  std::vector<uint16_t> outputs;  // those that it has, of the whole's
};
PartOfCluster part_of_cluster(const GraphValue& whole, const std::vector<uint16_t>& outputs);

}  // namespace lamina
