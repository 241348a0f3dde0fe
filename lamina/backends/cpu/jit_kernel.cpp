#include "lamina/backends/cpu/jit_kernel.h"

#include <algorithm>

#include "lamina/backends/cpu/jit_lower.h"
#include "lamina/backends/cpu/loop_kernel.h"
#include "lamina/base/environment.h"
#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/op/loop_phases.h"

namespace lamina::cpu {

namespace {

using jit::BlockShape;
using jit::InstructionSet;
using jit::JitOperand;
using jit::Pattern;
using jit::Reduces;

constexpr int64_t kTile = 16384;  // elements

class JitProgram final : public TileProgram {
 public:
  JitProgram(std::shared_ptr<const jit::Function> function, const Loop& loop,
             const LoopDomain& domain, Reduces reduces, int cost)
      : function_(std::move(function)),
        row_strides_(domain.row.stride),
        operands_(loop.inputs.size() + loop.stores.size()),
        results_(loop.reductions.size()),
        across_tiles_(reduces == Reduces::AcrossTiles),
        cost_(cost) {
    for (size_t k = 0; k < results_; ++k)
      row_strides_[operands_ + k] = reduces == Reduces::AlongRows ? int64_t{sizeof(float)} : 0;
  }

  int64_t tile_elements(bool) const override { return kTile; }
  int cost() const override { return cost_; }
  size_t fit(int64_t, int64_t) override {
    return results_ == 0 ? 0 : (operands_ + results_) * (sizeof(void*) + sizeof(int64_t));
  }
  void begin(TileFrame& frame) const override {
    if (across_tiles_) std::copy(row_strides_.begin(), row_strides_.end(), strides_in(frame));
  }
  void run(TileFrame& frame) const override {
    (*function_)({frame.rows, frame.columns, frame.operand, row_strides_.data()});
  }
  void reduce(TileFrame& frame, const Accumulators& to) const override {
    auto** operands = reinterpret_cast<std::byte**>(frame.memory);
    std::copy(frame.operand, frame.operand + operands_, operands);
    for (size_t k = 0; k < results_; ++k) operands[operands_ + k] = to.values + to.offset[k];
    const int64_t* strides = row_strides_.data();
    if (across_tiles_) {  // one result for each element of the tile
      int64_t* own = strides_in(frame);
      for (size_t k = 0; k < results_; ++k)
        own[operands_ + k] = frame.columns * int64_t{sizeof(float)};
      strides = own;
    }
    (*function_)({frame.rows, frame.columns, operands, strides});
  }
  // All of a vector's operands are read before its results are written.
  bool may_overwrite(size_t, size_t) const override { return true; }

 private:
  int64_t* strides_in(TileFrame& frame) const {
    return reinterpret_cast<int64_t*>(frame.memory + (operands_ + results_) * sizeof(void*));
  }

  std::shared_ptr<const jit::Function> function_;
  std::vector<int64_t> row_strides_;
  size_t operands_, results_;
  bool across_tiles_;
  int cost_;
};

// Rows in phases: their results are operands like others, and values that wait for a later phase
// lie in the thread's memory.
class JitRows final : public TileProgram {
 public:
  JitRows(std::shared_ptr<const jit::Function> function, const jit::VectorProgram& program,
          const BlockShape& shape, const LoopDomain& domain, int cost)
      : function_(std::move(function)),
        row_strides_(domain.row.stride),
        operands_(domain.row.stride.size()),
        last_read_(operands_, -1),
        written_(operands_, -1),
        cost_(cost) {
    row_strides_.resize(shape.operands.size(), 0);
    for (const jit::VectorInstruction& i : program.code) {
      if (i.payload >= operands_) continue;
      const int time = 2 * i.phase + (i.rate == jit::Rate::Vector);
      if (i.op == jit::VectorOp::Load || i.op == jit::VectorOp::LoadBool)
        last_read_[i.payload] = std::max(last_read_[i.payload], time);
      if (i.op == jit::VectorOp::Store || i.op == jit::VectorOp::StoreBool)
        written_[i.payload] = time;
    }
  }

  int64_t tile_elements(bool) const override { return kTile; }
  int cost() const override { return cost_; }
  size_t fit(int64_t, int64_t columns) override {
    // The odd cache line keeps rows from sharing the low bits of their addresses.
    row_bytes_ = round_up(static_cast<size_t>(columns) * sizeof(float)) + 64;
    rows_at_ = round_up(row_strides_.size() * sizeof(void*));
    return rows_at_ + (row_strides_.size() - operands_) * row_bytes_;
  }
  void begin(TileFrame& frame) const override {
    auto** operands = reinterpret_cast<std::byte**>(frame.memory);
    for (size_t k = operands_; k < row_strides_.size(); ++k)
      operands[k] = frame.memory + rows_at_ + (k - operands_) * row_bytes_;
  }
  void run(TileFrame& frame) const override {
    auto** operands = reinterpret_cast<std::byte**>(frame.memory);
    std::copy(frame.operand, frame.operand + operands_, operands);
    (*function_)({frame.rows, frame.columns, operands, row_strides_.data()});
  }
  void reduce(TileFrame&, const Accumulators&) const override {}  // run() does
  // Within a phase all of a vector's operands are read before its results are written.
  bool may_overwrite(size_t input, size_t output) const override {
    return last_read_[input] <= written_[output];
  }

 private:
  static size_t round_up(size_t bytes) { return (bytes + 63) / 64 * 64; }

  std::shared_ptr<const jit::Function> function_;
  std::vector<int64_t> row_strides_;  // of all operands, the code's own included
  size_t operands_;                   // of the loop
  std::vector<int> last_read_, written_;
  size_t rows_at_ = 0, row_bytes_ = 0;
  int cost_;
};

// What the tiles of a loop with reductions are reduced along, or why there is no code for it.
const char* find_reduction(const Loop& loop, const LoopDomain& domain, Reduces& found) {
  const DomainAxis &row = domain.row, &column = domain.column;
  if (loop.reductions.empty()) return nullptr;
  if (domain.elements == 0) return "nothing to reduce";
  const bool rows = row.size != 1 && row.reduced;
  if (rows && column.reduced) return "a reduction of rows that are not contiguous";
  found = column.reduced ? Reduces::AlongRows : rows ? Reduces::AcrossRows : Reduces::AcrossTiles;
  return nullptr;
}

// How each operand meets a block, or why the code cannot reach it.
const char* find_patterns(const Loop& loop, const LoopDomain& domain,
                          std::vector<JitOperand>& found) {
  if (domain.transposed) return "an operand is transposed";
  const std::vector<LoopOperand> operands = operands_of(loop);
  for (size_t k = 0; k < loop.inputs.size() + loop.stores.size(); ++k) {
    const int64_t column = domain.column.stride[k];
    const int64_t row = domain.row.size == 1 ? 0 : domain.row.stride[k];
    const bool contiguous = column == static_cast<int64_t>(size_of(operands[k].dtype));
    const bool written = k >= loop.inputs.size();
    Pattern pattern = Pattern::Full;
    if (column == 0 && !(written && domain.column.size == 1)) {
      pattern = row == 0 ? Pattern::Uniform : Pattern::Row;
    } else if (contiguous && row == 0 && domain.row.size != 1) {
      pattern = Pattern::Column;
    } else if (!contiguous && domain.column.size != 1) {
      return "elements are not contiguous";
    }
    if (written && domain.in_phases && column == 0 && domain.column.size != 1) {
      pattern = Pattern::Row;  // a row's value
    } else if (written && pattern != Pattern::Full) {
      return "results overlap";
    }
    found.push_back({operands[k].dtype, pattern});
  }
  return nullptr;
}

bool only_reduces(const NormalProgram& normal) {
  for (uint16_t v : normal.reductions) {
    if (normal.program.code[v].op != ScalarOp::Input) return false;
  }
  return normal.stores.empty();
}

// Everything that the code depends on.
std::string key_of(const jit::VectorProgram& program, const BlockShape& shape,
                   InstructionSet set) {
  std::string key(1, static_cast<char>(set));
  auto append = [&](auto number) { key.append(reinterpret_cast<char*>(&number), sizeof number); };
  append(shape.reduces), append(shape.operands.size());
  for (const JitOperand& o : shape.operands) append(o.dtype), append(o.pattern);
  append(shape.in_phases);
  for (const jit::RowReduction& r : shape.reductions) append(r.monoid), append(r.operand);
  for (const jit::VectorInstruction& i : program.code) {
    append(i.op), append(i.payload), append(i.phase);
    for (uint16_t from : i.from) append(from);
  }
  return key;
}

// Divisions and roots wait for one unit, the rest runs two in a cycle.
int cost_of(const jit::VectorProgram& program) {
  size_t cost = 2;
  for (const jit::VectorInstruction& i : program.code)
    cost += i.op == jit::VectorOp::Divide || i.op == jit::VectorOp::SquareRoot ? 16 : 1;
  return static_cast<int>(cost / 4 + 1);
}

}  // namespace

std::unique_ptr<Kernel> make_jit_kernel(const Loop& loop, InstructionSet set,
                                        std::string& refusal) {
  LoopDomain domain;
  BlockShape shape;
  if (reads_results(loop.program, loop.inputs.size())) {
    auto found = arrange_in_phases(loop, refusal);
    if (!found) return nullptr;
    domain = std::move(*found);
    shape.in_phases = true;
  } else {
    domain = arrange(loop);
  }
  // Short rows together are a block.
  if ((loop.reductions.empty() || shape.in_phases) && domain.row.size == 1 &&
      !domain.outer.empty() && domain.column.size < kTile) {
    domain.row = std::move(domain.outer.back());
    domain.outer.pop_back();
  }
  const char* why = nullptr;
  if (shape.in_phases)
    shape.reduces = Reduces::AlongRows;
  else
    why = find_reduction(loop, domain, shape.reduces);
  if (!why) why = find_patterns(loop, domain, shape.operands);
  if (why) {
    refusal = why;
    return nullptr;
  }
  const NormalProgram normal = normalize(loop);
  if (only_reduces(normal)) {
    refusal = "nothing to compute: the interpreter reduces operands where they lie";
    return nullptr;
  }
  const bool along = shape.reduces == Reduces::AlongRows;
  const Pattern result = along                                  ? Pattern::Row
                         : shape.reduces == Reduces::AcrossRows ? Pattern::Column
                                                                : Pattern::Full;
  shape.operands.resize(shape.operands.size() + loop.reductions.size(),
                        {DType::Float32, result});
  const auto program = jit::lower(loop, normal, shape, refusal);
  if (!program) return nullptr;
  for (const JitOperand& o : shape.operands) {
    if (along && set == InstructionSet::Avx2 && size_of(o.dtype) != 4) {
      refusal = "a reduction of rows with narrow operands";
      return nullptr;
    }
  }
  auto function =
      jit::cached(key_of(*program, shape, set), [&] { return jit::compile(*program, shape, set); });
  if (!function) {
    refusal = "no code could be made";
    return nullptr;
  }
  std::unique_ptr<TileProgram> tiles;
  if (shape.in_phases) {
    tiles = std::make_unique<JitRows>(std::move(function), *program, shape, domain,
                                      cost_of(*program));
  } else {
    tiles = std::make_unique<JitProgram>(std::move(function), loop, domain, shape.reduces,
                                         cost_of(*program));
  }
  return std::make_unique<LoopKernel>(loop, std::move(domain), std::move(tiles));
}

namespace {

// Why there is no machine code, or null.
const char* choose(InstructionSet& set) {
  if (!environment::flag("LAMINA_JIT", true)) return "LAMINA_JIT=0";
  const bool wide = jit::available(InstructionSet::Avx512);
  set = wide ? InstructionSet::Avx512 : InstructionSet::Avx2;
  return jit::available(set) ? nullptr : "needs AVX2 and a build with Xbyak";
}

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  static InstructionSet set;
  static const char* const off = choose(set);
  if (off || !request.loop) {
    request.refusal = off ? off : "not a loop";
    return nullptr;
  }
  return make_jit_kernel(*request.loop, set, request.refusal);
}

}  // namespace
}  // namespace lamina::cpu

namespace lamina::backend {
LAMINA_KERNEL(jit_loop)
= {"loop", "jit.loop", 8, cpu::rule};
}  // namespace lamina::backend
