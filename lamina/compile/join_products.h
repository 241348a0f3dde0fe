// Products in a loop that share their first factor become one: x @ a, x @ b with fixed a and b are
// parts of x @ [a, b], and [a, b] is made once. So the gates of a cell written with a layer for each
// cost what those of a library's cell cost.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

void join_products(Graph& graph);

}  // namespace lamina
