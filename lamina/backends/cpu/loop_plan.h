// A loop as steps of the tile interpreter: the order of the operations, chains of cheap ones, and
// the slot in which each value lives. Slots are reused as soon as nobody needs their value, so that
// long programs still fit the first-level cache.
#pragma once

#include <cstddef>
#include <vector>

#include "lamina/backends/cpu/loop_domain.h"
#include "lamina/backends/cpu/tile_ops.h"

namespace lamina::cpu {

struct Transfer {
  uint16_t slot, operand;
  bool splat;  // one element, held kSplat times in its slot
  LoadFunction load = nullptr;
  StoreFunction store = nullptr;
};

struct LoopPlan {
  enum class Home : uint8_t { Operand, Constant, Tile, Splat };
  struct Slot {
    Home home;
    uint32_t index;  // operand number, or position among the constants, tiles or splats
  };
  std::vector<Slot> slots;
  uint32_t tiles = 0, splats = 0;
  std::vector<uint64_t> constants;  // kSplat words each
  int64_t element_bytes = 4;        // the widest value that lives in a tile

  // Done once per thread and run, where nothing changes from tile to tile; then for each tile.
  std::vector<Transfer> first_loads, loads, stores;
  std::vector<Step> first_steps, steps;
  std::vector<ChainOp> chain_ops;
  std::vector<uint16_t> reduction_slots;

  // Steps and reductions of each phase (op/loop_phases.h), and the results that are read in it. A
  // loop that reads none has one, whose reductions the caller combines.
  struct Phase {
    std::vector<Transfer> results;
    size_t steps_end = 0;
    std::vector<size_t> reductions;
  };
  std::vector<Phase> phases;

  // For in-place use: where in the course of a tile each operand is read last or written first.
  std::vector<int> last_read, first_write;
  int cost = 1;  // in cheap operations per element

  void link();  // after the last change: steps point into chain_ops
};

LoopPlan plan_loop(const Loop& loop, const LoopDomain& domain);

}  // namespace lamina::cpu
