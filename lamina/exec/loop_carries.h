// The last state of loops. It is a further output of the loop's node, so an evaluation that reaches
// the loop from its stacked outputs does not meet it; computed later it would run the whole loop
// again, and a state carried from step to step of a training loop would run all loops before it.
// So as long as somebody holds it, what computes the loop computes it too.
#pragma once

#include <vector>

#include "lamina/core/array.h"
#include "lamina/exec/retained.h"

namespace lamina {

class Walk;

// Remembers the results of a loop that was just recorded, in this thread, until they are computed
// or nobody holds them.
void remember_carries(const std::vector<Array>& carries);

// Adds those whose loop is part of the walk as roots. Called under the graph lock; what nobody
// holds any more is moved to `dropped`, to be let go of without the lock.
void add_carries(Walk& walk, std::vector<Retained>& dropped);

}  // namespace lamina
