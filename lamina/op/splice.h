// Rewriting a graph with expressions: what a function records on arrays that stand for values of the
// graph becomes values of the graph. Decompositions and the compiler's rewrites are written so.
#pragma once

#include <span>
#include <vector>

#include "lamina/base/function_ref.h"
#include "lamina/ir/graph.h"

namespace lamina {

// Appends to `graph` what `expression` records on the values `inputs`; returns the numbers of its
// results. It may use constants, but no other arrays. Values say that they come from `origin`.
std::vector<int32_t> splice(
    Graph& graph, std::span<const int32_t> inputs, const char* origin,
    FunctionRef<std::vector<Array>(const std::vector<Array>&)> expression);

}  // namespace lamina
