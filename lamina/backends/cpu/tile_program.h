// What computes one tile of a loop: the steps of the tile interpreter, or machine code made for the
// program. LoopKernel cuts the domain into tiles, and those among threads, the same for both.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "lamina/backends/cpu/loop_domain.h"
#include "lamina/backends/cpu/tile_ops.h"

namespace lamina::cpu {

// A tile, and the memory of the thread that computes it.
struct TileFrame {
  std::byte** operand;  // addresses of the tile's first elements
  int64_t rows = 1, columns = 1;
  std::byte* memory;  // for the program: as many bytes as it asked for, 64-byte aligned
};

struct Accumulators {
  std::byte* values;
  const size_t* offset;  // in bytes, of each reduction's
  Combine how;
};

class TileProgram {
 public:
  virtual ~TileProgram() = default;

  // The most elements of a tile; whether its rows or columns are added up.
  virtual int64_t tile_elements(bool sums) const = 0;
  virtual int cost() const = 0;  // in cheap operations per element

  // Told once how large tiles are; gives the bytes it needs in each thread.
  virtual size_t fit(int64_t rows, int64_t columns) = 0;
  // Once per thread and run, then for each tile.
  virtual void begin(TileFrame& frame) const = 0;
  virtual void run(TileFrame& frame) const = 0;
  // The same, and combines the values of each reduction into its accumulators.
  virtual void reduce(TileFrame& frame, const Accumulators& to) const = 0;

  // Whether the store to one operand may overwrite another that lies the same way.
  virtual bool may_overwrite(size_t input, size_t output) const = 0;
};

std::unique_ptr<TileProgram> interpret(const Loop& loop, const LoopDomain& domain);

}  // namespace lamina::cpu
