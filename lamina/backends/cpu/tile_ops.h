// The instructions of the tile interpreter. A tile is a run of at most a few thousand elements; a
// step computes one tile from others, in cache. A slot is the address of a tile: scratch, or the
// operand itself where it lies contiguously in memory. Here are the tables of steps; each is
// compiled once per instruction set and found by the functions below.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lamina/core/dtype.h"
#include "lamina/op/loop.h"
#include "lamina/op/scalar.h"

namespace lamina::cpu {

// A value that is the same for a whole tile is held so many times, so that vector code can load it.
inline constexpr int64_t kSplat = 16;
inline constexpr int64_t kSplatBytes = kSplat * 8;

// Chains: cheap float ops in a row stay in registers, eight vectors at a time, from their first
// operand to the last store. `memory` below is the slot's element, or its first one where stride is
// 0.
enum class ChainCode : uint8_t {
  Load,  // value = memory
  Add,
  Subtract,
  SubtractFrom,
  Multiply,
  Divide,
  DivideInto,
  Minimum,
  MinimumInto,  // of memory and value, in this order: it matters for zeros
  Maximum,
  MaximumInto,
  AddSame,
  MultiplySame,  // with itself
  Negative,
  Absolute,
  SquareRoot,
  ReciprocalSquareRoot,
  Floor,
  Ceil,
  Round,
  RoundBFloat16,
  RoundFloat16,
  Store,  // memory = value; the chain may go on
};
struct ChainOp {
  ChainCode code;
  uint8_t stride;  // 1, or 0 for a splat
  uint16_t slot;
};

struct Step;
using StepFunction = void (*)(const Step& step, std::byte* const* slot, int64_t n);

struct Step {
  StepFunction run = nullptr;
  uint16_t to = 0;
  uint16_t from[4] = {};   // slots
  uint8_t stride[4] = {};  // as in ChainOp
  bool uniform = false;    // computes a splat, whatever the tile's size
  uint32_t chain_begin = 0, chain_length = 0;
  const ChainOp* chain = nullptr;
};

StepFunction chain_step(ScalarType type);  // F32, F64
StepFunction compare_select_step(ScalarOp compare,
                                 ScalarType type);     // from[0] < from[1] ? from[2] : from[3]
StepFunction real_step(ScalarOp op, ScalarType type);  // F32, F64; functions of one operand
// Powers, quotients rounded down, angles; null for the others.
StepFunction binary_step(ScalarOp op, ScalarType type);
StepFunction plain_step(ScalarOp op, ScalarType operands);  // everything else that has one type
StepFunction select_step(ScalarType type);
StepFunction cast_step(ScalarType from, ScalarType to);
StepFunction copy_step(ScalarType type);  // also spreads a splat

// Moves a block of rows x columns between memory, with strides in bytes, and a tile of
// scalar_type(dtype) that is dense, row after row.
struct Block {
  int64_t rows, columns;
  int64_t row_stride, column_stride;
};
using LoadFunction = void (*)(std::byte* tile, const std::byte* memory, const Block& block);
LoadFunction load_function(DType dtype);
// A splat tile stores the same value everywhere.
using StoreFunction = void (*)(std::byte* memory, const std::byte* tile, bool splat,
                               const Block& block);
StoreFunction store_function(DType dtype);

// Combines a tile of rows x columns into accumulators: one for all, one per row, one per column, or
// one for each element. The order of the additions depends on rows and columns only; so many
// elements in a row are combined by themselves.
inline constexpr int64_t kReducedBlock = 1024;
enum class Combine : uint8_t { All, Rows, Columns, Elements };
using CombineFunction = void (*)(std::byte* accumulators, const std::byte* tile, int64_t rows,
                                 int64_t columns, Combine how);
CombineFunction combine_function(Monoid monoid, ScalarType type);

inline int64_t bytes_of(ScalarType type) {
  return type == ScalarType::Bool ? 1 : type == ScalarType::F32 ? 4 : 8;
}

}  // namespace lamina::cpu
