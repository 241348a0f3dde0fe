// Runs a loop tile after tile, cut among the threads.
#pragma once

#include "lamina/backends/cpu/loop_reduction.h"
#include "lamina/backends/cpu/tile_program.h"
#include "lamina/op/backend.h"

namespace lamina::cpu {

// An axis in steps of tiles.
struct TileAxis {
  enum class Kind : uint8_t { Outer, Row, Column };
  Kind kind;
  int64_t size, step, count;     // count = size / step, rounded up
  std::vector<int64_t> advance;  // bytes per step, for each operand
};

class LoopKernel final : public Kernel {
 public:
  LoopKernel(const Loop& loop, LoopDomain domain, std::unique_ptr<TileProgram> program);

  void run(std::byte* const* operands, RunContext& context) const override;
  size_t scratch_bytes() const override;
  bool may_alias(int input, int output) const override;

 private:
  struct Frame;
  struct Results {
    int64_t rows = 1, columns = 1;  // how many there are at most
    Combine how = Combine::Elements;
    std::vector<size_t> offset;    // of each reduction's, in bytes
    size_t bytes = 0, levels = 1;  // of all of them; how many sums wait at once
    size_t step_levels = 0;        // .. and inside a chunk
  };

  void choose_tile();
  void cut_reduction(const Loop& loop);
  void lay_out_frame();

  void run_items(std::byte* const* operands, std::byte* scratch, int64_t first, int64_t last) const;
  void reduce_chunk(Frame& frame, int64_t chunk, std::byte* accumulators) const;
  void reduce_item(Frame& frame) const;
  void clear(std::byte* accumulators) const;
  void combine(std::byte* to, const std::byte* from) const;
  void write_results(Frame& frame, std::byte* accumulators) const;
  bool decided(const std::byte* accumulators) const;
  void run_decided(std::byte* const* operands, std::byte* scratch, int64_t items) const;
  void finish_items(std::byte* const* operands, std::byte* scratch) const;

  std::vector<LoopOperand> operands_;
  size_t inputs_;
  LoopDomain domain_;
  std::unique_ptr<TileProgram> program_;
  std::vector<LoopReduction> reductions_;
  std::vector<TileAxis> kept_, reduced_;  // outermost first
  int64_t rows_ = 1, columns_ = 1;        // of a whole tile
  bool reduces_ = false, split_ = false;
  bool decides_ = false;  // one And or Or of everything: it may be known early
  int64_t kept_tiles_ = 1, reduced_tiles_ = 1;
  int64_t chunk_tiles_ = 1, chunks_ = 1;  // a chunk of reduced tiles is summed by itself
  int64_t step_tiles_ = 1;                // so many of these are added up in sequence
  int64_t together_ = 1;                  // so many reduced tiles are run as one
  int64_t unit_rows_ = 1, unit_columns_ = 1;
  int64_t grain_ = 1;
  Results accumulators_;
  size_t own_bytes_ = 0, frame_bytes_ = 0;  // of a frame: the program's, all of it
};

}  // namespace lamina::cpu
