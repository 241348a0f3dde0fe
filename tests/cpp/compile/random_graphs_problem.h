// A problem: a graph in its text form, and the values of its leaves, which follow from their names.
// Whatever is found wrong can so be printed, pasted into a test, and made smaller.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lamina/check/block.h"
#include "lamina/ir/graph.h"

namespace lamina::random_graphs {

// Values of an input leaf. Floats are drawn from (-1, 1), or from (0.5, 1.5) when the name begins
// with "positive"; bool are 0 and 1; integers lie below N when the name begins with "below N ".
check::Block draw(const std::string& name, const Spec& spec);

// The values of all leaves by leaf_index; those of numbers are blocks of one element.
std::vector<check::Block> draw_leaves(const Graph& graph);

// A graph of 3 to 30 calls, with gradients and an update of its weights for every other seed.
std::string random_graph(uint32_t seed);

}  // namespace lamina::random_graphs
