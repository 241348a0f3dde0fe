// Concatenation as a decision about places: an array that is only a part of a concatenation is written
// where it will stand in the whole, so that nothing is copied later. A chain of concatenations that
// each add to the one before (DenseNet's blocks) shares one buffer.
#pragma once

#include <vector>

#include "lamina/ir/graph.h"

namespace lamina {

struct Part {
  int32_t whole = -1;   // the outermost concatenation in whose memory the value lies, or -1
  int64_t offset = 0;   // where, in positions along `axis`
  int64_t axis = 0;
};

// One entry per value of the graph.
std::vector<Part> place_parts(const Graph& graph);

}  // namespace lamina
