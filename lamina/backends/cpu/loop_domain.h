// The domain of a loop, put in the order of its memory. Axes of size 1 are dropped, the others
// sorted by stride and merged where all operands allow it: most loops become one or two axes. One
// or two of them span a tile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lamina/op/loop.h"

namespace lamina::cpu {

struct DomainAxis {
  int64_t size = 1;
  bool reduced = false;
  std::vector<int64_t> stride;  // in bytes, one per operand: inputs, stores, reductions
};

struct LoopDomain {
  std::vector<DomainAxis> outer;  // outermost first
  DomainAxis row, column;         // the tile's axes; size 1 where there is none
  bool transposed = false;        // an operand runs along the rows: tiles are small squares
  bool in_phases = false;         // columns are whole rows of the reduced axes, run in phases
  int64_t elements = 1;
};

LoopDomain arrange(const Loop& loop);

// For a loop that reads results of its reductions (op/loop_phases.h): the points of the reduced
// axes are columns, and no axis is marked as reduced: rows are computed as they are elsewhere.
// Nothing, with a reason, where the code for such loops cannot run it.
std::optional<LoopDomain> arrange_in_phases(const Loop& loop, std::string& refusal);

// The operands in the order of a kernel's addresses.
std::vector<LoopOperand> operands_of(const Loop& loop);

}  // namespace lamina::cpu
