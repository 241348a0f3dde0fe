// The memory plan: which buffers live when, and where in the arena they lie.
#pragma once

#include <cstdint>
#include <vector>

#include "lamina/exec/program.h"

namespace lamina {

struct PlannedBuffer {
  int64_t bytes = 0;
  int first_write = -1;  // instructions; -1 for leaves
  int last_read = -1;
  bool dies = false;       // a leaf nobody needs afterwards
  bool is_number = false;  // a leaf that holds a number for this run only
  bool is_output = false;
  int imported = -1;  // number of the derived value that it holds, which lives outside of the arena
  std::vector<int32_t>
      may_replace;  // buffers whose memory this one may take over at its first write
};

struct MemoryPlan {
  std::vector<PlannedBuffer> buffers;  // the leaves first
};

// Gives every buffer its final place: rewrites the program's operands and outputs, sets arena,
// donors and commit.
void finish_plan(Program& program, const MemoryPlan& plan);

}  // namespace lamina
