// What programs depend on besides the graph that they are made of: an index.
#pragma once

#include "lamina/exec/deterministic.h"  // set_deterministic
#include "lamina/exec/memory_budget.h"  // MemoryBudget
#include "lamina/exec/threads.h"        // set_num_threads
