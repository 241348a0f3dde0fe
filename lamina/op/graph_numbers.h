// A graph taken apart: the numbers in it that may follow the sizes of what it is given (sizes, integers
// among attributes, constants in formulas such as 1/N), and all the rest, its structure. Graphs of one
// structure differ in their numbers only, whatever loops and subgraphs they hold.
#pragma once

#include <cstdint>
#include <vector>

#include "lamina/ir/graph.h"

namespace lamina {

struct GraphNumbers {
  std::vector<uint64_t> structure;
  std::vector<int64_t> numbers;  // integers, or the bits of floating-point numbers
  std::vector<bool> is_real;     // which of them
  // Where the sizes of shapes begin: for each value of the graph the sizes of its own, of a loop the
  // sizes of its domain; and where those of the arrays stand that the graph is given.
  std::vector<size_t> shape_of, leaf_sizes;
};

GraphNumbers take_apart(const Graph& graph);

// The graph with other numbers, in the order of take_apart().
Graph with_numbers(const Graph& graph, const std::vector<int64_t>& numbers);

}  // namespace lamina
