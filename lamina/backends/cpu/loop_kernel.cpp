#include "lamina/backends/cpu/loop_kernel.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>

#include "lamina/base/parallel_for.h"
#include "lamina/op/loop_phases.h"

namespace lamina::cpu {

namespace {

constexpr int64_t kSquare = 64;       // of a transposed tile
constexpr int64_t kChunk = 16384;     // elements reduced by themselves
constexpr int64_t kManyResults = 256;
constexpr int64_t kMaxChunks = 256;
constexpr int64_t kMaxSplit = 512;  // partial results kept in scratch
// Additions to one sum before it is added to others. Images have even backgrounds: the roundings of
// equal numbers, added one by one, all go the same way.
constexpr int64_t kInSequence = 128;
constexpr int64_t kLeastTile = 2048;  // elements
constexpr int64_t kGrain = 65536;   // cheap operations (about 10 us) that are worth a thread

size_t round_up(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

// Per thread, kept between runs; kernels never run inside a tile of another, so one is enough.
class Arena {
 public:
  ~Arena() { std::free(memory_); }
  std::byte* get(size_t bytes) {
    if (bytes > bytes_) {
      std::free(memory_);
      bytes_ = round_up(bytes, 4096);
      memory_ = static_cast<std::byte*>(std::aligned_alloc(64, bytes_));
      if (!memory_) {
        bytes_ = 0;
        throw std::bad_alloc();
      }
    }
    return memory_;
  }

 private:
  std::byte* memory_ = nullptr;
  size_t bytes_ = 0;
};
thread_local Arena arena;

}  // namespace

// What one thread works with: addresses of operands and slots, and the size of the tile at hand.
struct LoopKernel::Frame : TileFrame {
  static constexpr size_t kMaxAxes = kMaxRank + 2;
  std::byte** at_start;  // of the reduced axes
  int64_t kept_at[kMaxAxes], reduced_at[kMaxAxes];
  std::byte *accumulators, *cast;
  std::byte* steps;  // sums of a chunk that wait for their partners

  void size_tile(const TileAxis& axis, int64_t at) {
    if (axis.kind == TileAxis::Kind::Outer) return;
    int64_t length = std::min(axis.step, axis.size - at * axis.step);
    (axis.kind == TileAxis::Kind::Row ? rows : columns) = length;
  }
  // Makes the tile at hand as large as up to `most` of them; gives how many it is then.
  int64_t extend(const TileAxis& axis, int64_t at, int64_t most) {
    const int64_t count = std::min(most, axis.count - at);
    const int64_t length = std::min(count * axis.step, axis.size - at * axis.step);
    (axis.kind == TileAxis::Kind::Row ? rows : columns) = length;
    return count;
  }
  void seek(const std::vector<TileAxis>& axes, int64_t* at, int64_t index, size_t operands) {
    for (size_t k = axes.size(); k-- > 0;) {
      at[k] = index % axes[k].count;
      index /= axes[k].count;
      size_tile(axes[k], at[k]);
      if (at[k] == 0) continue;
      for (size_t o = 0; o < operands; ++o) operand[o] += at[k] * axes[k].advance[o];
    }
  }
  // To the next tile; after the last one, back to the first.
  void next(const std::vector<TileAxis>& axes, int64_t* at, size_t operands) {
    for (size_t k = axes.size(); k-- > 0;) {
      const TileAxis& axis = axes[k];
      bool more = ++at[k] < axis.count;
      int64_t steps = more ? 1 : 1 - axis.count;
      if (!more) at[k] = 0;
      for (size_t o = 0; o < operands; ++o) operand[o] += steps * axis.advance[o];
      size_tile(axis, at[k]);
      if (more) return;
    }
  }
};

LoopKernel::LoopKernel(const Loop& loop, LoopDomain domain, std::unique_ptr<TileProgram> program)
    : operands_(operands_of(loop)),
      inputs_(loop.inputs.size()),
      domain_(std::move(domain)),
      program_(std::move(program)),
      reductions_(reductions_of(loop, domain_)),
      reduces_(!loop.reductions.empty() && !domain_.in_phases) {
  choose_tile();
  if (reduces_) cut_reduction(loop);
  lay_out_frame();
  int64_t item = rows_ * columns_ * program_->cost();
  if (reduces_) item *= split_ ? chunk_tiles_ : reduced_tiles_;
  grain_ = std::max<int64_t>(1, kGrain / std::max<int64_t>(1, item));
}

// Where elements are summed up, tiles are units of the tree, which must not depend on who runs
// them: they have a size of their own, and many of them in a row are run as one.
void LoopKernel::choose_tile() {
  const DomainAxis &row = domain_.row, &column = domain_.column;
  const bool sums = row.size != 1 && row.reduced != column.reduced;
  const int64_t most = program_->tile_elements(sums);
  const bool in_units = row.size != 1 ? row.reduced : column.reduced;
  int64_t limit = in_units ? kReducedBlock : most;
  if (!reduces_) {  // no more work than is worth a thread
    const int64_t worth = kGrain / std::max<int64_t>(1, program_->cost());
    limit = std::min(limit, std::max(kLeastTile, worth));
  }
  if (domain_.in_phases) {
    columns_ = column.size;
    const int64_t worth_a_thread = kGrain / std::max(1, program_->cost());
    rows_ = std::clamp<int64_t>(std::min(most, worth_a_thread) / columns_, 1, row.size);
  } else if (domain_.transposed) {
    rows_ = std::min(kSquare, row.size);
    columns_ = std::min(kSquare, column.size);
  } else if (row.size != 1) {  // whole rows
    columns_ = column.size;
    rows_ = std::clamp<int64_t>(limit / std::max<int64_t>(1, columns_), 1,
                                std::max<int64_t>(1, row.size));
  } else if (in_units) {
    columns_ = std::clamp<int64_t>(column.size, 1, limit);
  } else if (column.size > limit) {  // equal parts, of whole cache lines
    int64_t parts = (column.size + limit - 1) / limit;
    columns_ =
        static_cast<int64_t>(round_up(static_cast<size_t>((column.size + parts - 1) / parts), 64));
  } else {
    columns_ = std::max<int64_t>(1, column.size);
  }
  const int64_t columns = std::max<int64_t>(1, columns_);  // empty loops have none
  unit_rows_ = std::clamp<int64_t>(kReducedBlock / columns, 1, std::max<int64_t>(1, rows_));
  unit_columns_ = row.size != 1 ? columns : std::clamp<int64_t>(column.size, 1, kReducedBlock);
  const bool at_end = row.size == 1 || !column.reduced;  // the last of the reduced axes
  if (in_units && at_end && !domain_.transposed)
    together_ = std::max<int64_t>(1, most / (std::max<int64_t>(1, rows_) * columns));
  auto add = [&](const DomainAxis& axis, TileAxis::Kind kind, int64_t step) {
    TileAxis tile{kind, axis.size, step, (axis.size + step - 1) / step, axis.stride};
    for (int64_t& stride : tile.advance) stride *= step;
    (axis.reduced ? reduced_tiles_ : kept_tiles_) *= tile.count;
    (axis.reduced ? reduced_ : kept_).push_back(std::move(tile));
  };
  for (const DomainAxis& axis : domain_.outer) add(axis, TileAxis::Kind::Outer, 1);
  if (row.size != 1) add(row, TileAxis::Kind::Row, rows_);
  if (column.size != 1) add(column, TileAxis::Kind::Column, std::max<int64_t>(1, columns_));
}

// The tree of a reduction: elements of a tile, tiles of a step, steps of a chunk, chunks. It depends
// on the domain alone. Where few results leave threads idle, chunks are work items and their results wait in
// scratch.
void LoopKernel::cut_reduction(const Loop& loop) {
  Results& a = accumulators_;
  a.rows = domain_.row.reduced ? 1 : rows_;
  a.columns = domain_.column.reduced ? 1 : columns_;
  bool rows_reduced = domain_.row.reduced || rows_ == 1,
       columns_reduced = domain_.column.reduced || columns_ == 1;
  a.how = rows_reduced ? (columns_reduced ? Combine::All : Combine::Columns)
                       : (columns_reduced ? Combine::Rows : Combine::Elements);
  for (const LoopReduction& r : reductions_) {
    a.offset.push_back(a.bytes);
    a.bytes += round_up(static_cast<size_t>(a.rows * a.columns * bytes_of(r.type)), 64);
  }
  const int64_t tile = unit_rows_ * unit_columns_;
  const int64_t results = (domain_.row.reduced ? 1 : unit_rows_) *
                          (domain_.column.reduced ? 1 : unit_columns_);
  const int64_t chunk = results < kManyResults ? kChunk : 4 * kChunk;  // fewer to combine
  chunk_tiles_ =
      std::max<int64_t>({1, chunk / tile, (reduced_tiles_ + kMaxChunks - 1) / kMaxChunks});
  chunks_ = (reduced_tiles_ + chunk_tiles_ - 1) / chunk_tiles_;
  const bool adds = std::any_of(loop.reductions.begin(), loop.reductions.end(),
                                [](const auto& r) { return r.monoid == Monoid::Sum; });
  const int64_t additions = a.how == Combine::Columns ? unit_rows_ : 1;  // of a tile to each sum
  step_tiles_ = adds ? std::max<int64_t>(1, kInSequence / additions) : chunk_tiles_;
  const int64_t steps = (chunk_tiles_ + step_tiles_ - 1) / step_tiles_;
  a.step_levels = static_cast<size_t>(std::bit_width(static_cast<uint64_t>(steps)));
  a.levels = 1 + static_cast<size_t>(std::bit_width(static_cast<uint64_t>(chunks_)));
  decides_ = reductions_.size() == 1 && operands_.size() == inputs_ + 1 &&
             reductions_[0].type == ScalarType::Bool && a.how == Combine::All &&
             kept_tiles_ == 1;
  split_ = chunks_ > 1 && kept_tiles_ * chunks_ <= kMaxSplit && kept_tiles_ < 64;
}

void LoopKernel::lay_out_frame() {
  own_bytes_ = round_up(program_->fit(rows_ * together_, columns_), 64);
  frame_bytes_ = round_up(2 * operands_.size() * sizeof(void*), 64) + own_bytes_;
  if (reduces_)
    frame_bytes_ += (accumulators_.levels + accumulators_.step_levels) * accumulators_.bytes +
                    8 * static_cast<size_t>(accumulators_.rows * accumulators_.columns) + 64;
}

size_t LoopKernel::scratch_bytes() const {
  return split_ ? static_cast<size_t>(kept_tiles_ * chunks_) * accumulators_.bytes : 0;
}

bool LoopKernel::may_alias(int input, int output) const {
  size_t out = inputs_ + static_cast<size_t>(output), in = static_cast<size_t>(input);
  if (in >= inputs_ || out >= operands_.size() - reductions_.size()) return false;
  if (size_of(operands_[in].dtype) != size_of(operands_[out].dtype)) return false;
  auto agree = [&](const DomainAxis& axis) {
    return axis.size == 1 || axis.stride[in] == axis.stride[out];
  };
  bool same = agree(domain_.row) && agree(domain_.column);
  for (const DomainAxis& axis : domain_.outer) same = same && agree(axis);
  return same && program_->may_overwrite(in, out);
}

void LoopKernel::run(std::byte* const* operands, RunContext& context) const {
  if (kept_tiles_ == 0 || (!reduces_ && reduced_tiles_ == 0)) return;
  int64_t items = split_ ? kept_tiles_ * chunks_ : kept_tiles_;
  if (decides_ && split_) {
    run_decided(operands, context.scratch, items);
  } else if (items <= grain_) {
    run_items(operands, context.scratch, 0, items);
  } else {
    std::byte* scratch = context.scratch;
    parallel_for(0, items, grain_,
                 [&](int64_t first, int64_t last) { run_items(operands, scratch, first, last); });
  }
  if (split_) finish_items(operands, context.scratch);
}

void LoopKernel::run_items(std::byte* const* operands, std::byte* scratch, int64_t first,
                           int64_t last) const {
  Frame frame;
  std::byte* memory = arena.get(frame_bytes_);
  size_t count = operands_.size();
  frame.operand = reinterpret_cast<std::byte**>(memory);
  frame.at_start = frame.operand + count;
  frame.memory = memory + round_up(2 * count * sizeof(void*), 64);
  frame.accumulators = frame.memory + own_bytes_;
  frame.steps = frame.accumulators + accumulators_.levels * accumulators_.bytes;
  frame.cast = frame.steps + accumulators_.step_levels * accumulators_.bytes;
  for (size_t o = 0; o < count; ++o) frame.operand[o] = operands[o];
  program_->begin(frame);
  int64_t chunk = split_ ? first % chunks_ : 0;
  frame.seek(kept_, frame.kept_at, split_ ? first / chunks_ : first, count);
  for (int64_t item = first; item < last; ++item) {
    if (!reduces_) {
      program_->run(frame);
      if (item + 1 < last) frame.next(kept_, frame.kept_at, count);
      continue;
    }
    std::copy(frame.operand, frame.operand + count, frame.at_start);
    if (split_) {
      std::byte* result = scratch + static_cast<size_t>(item) * accumulators_.bytes;
      clear(result);
      reduce_chunk(frame, chunk, result);
    } else {
      reduce_item(frame);
      write_results(frame, frame.accumulators);
    }
    std::copy(frame.at_start, frame.at_start + count, frame.operand);
    if (!split_ || ++chunk == chunks_) {
      chunk = 0;
      frame.next(kept_, frame.kept_at, count);
    }
  }
}

void LoopKernel::reduce_chunk(Frame& frame, int64_t chunk, std::byte* accumulators) const {
  const int64_t first = chunk * chunk_tiles_;
  const int64_t last = std::min(first + chunk_tiles_, reduced_tiles_);
  frame.seek(reduced_, frame.reduced_at, first, operands_.size());
  auto sum = [&](int64_t level) {
    return level == 0 ? accumulators
                      : frame.steps + static_cast<size_t>(level - 1) * accumulators_.bytes;
  };
  int64_t top = 0, steps = 0, end = std::min(first + step_tiles_, last);
  for (int64_t t = first;;) {
    const int64_t count =
        together_ == 1 ? 1
                       : frame.extend(reduced_.back(), frame.reduced_at[reduced_.size() - 1],
                                      std::min(together_, end - t));
    program_->reduce(frame, {sum(top), accumulators_.offset.data(), accumulators_.how});
    if (decides_ && decided(accumulators)) return;
    t += count;
    if (t == end) {  // in pairs, as below
      for (int64_t pairs = steps++; pairs & 1; pairs /= 2, --top) combine(sum(top - 1), sum(top));
      if (t == last) break;
      clear(sum(++top));
      end = std::min(t + step_tiles_, last);
    }
    frame.reduced_at[reduced_.size() - 1] += count - 1;
    for (size_t o = 0; o < operands_.size(); ++o)
      frame.operand[o] += (count - 1) * reduced_.back().advance[o];
    frame.next(reduced_, frame.reduced_at, operands_.size());
  }
  for (; top > 0; --top) combine(sum(top - 1), sum(top));
}

// Chunk sums are added in pairs, and pairs of pairs: the sums that wait for their partner are a
// stack, as high as the number of ones in the count of chunks so far. finish_items() builds the
// same tree.
void LoopKernel::reduce_item(Frame& frame) const {
  auto sum = [&](int64_t level) {
    return frame.accumulators + static_cast<size_t>(level) * accumulators_.bytes;
  };
  int64_t top = 0;
  clear(sum(0));
  for (int64_t c = 0; c < chunks_; ++c) {
    if (c != 0) clear(sum(++top));
    reduce_chunk(frame, c, sum(top));
    for (int64_t pairs = c; pairs & 1; pairs /= 2, --top) combine(sum(top - 1), sum(top));
    std::copy(frame.at_start, frame.at_start + operands_.size(), frame.operand);
  }
  for (; top > 0; --top) combine(sum(top - 1), sum(top));
}

bool LoopKernel::decided(const std::byte* accumulators) const {
  const auto identity = static_cast<std::byte>(reductions_[0].identity & 1);
  return *accumulators != identity;
}

// Looks at the first chunk alone before it asks other threads. What is decided there is the
// result of all chunks.
void LoopKernel::run_decided(std::byte* const* operands, std::byte* scratch, int64_t items) const {
  run_items(operands, scratch, 0, 1);
  if (decided(scratch)) {
    for (int64_t k = 1; k < items; ++k)
      std::memcpy(scratch + static_cast<size_t>(k) * accumulators_.bytes, scratch,
                  accumulators_.bytes);
    return;
  }
  parallel_for(1, items, grain_,
               [&](int64_t first, int64_t last) { run_items(operands, scratch, first, last); });
}

void LoopKernel::clear(std::byte* accumulators) const {
  int64_t count = accumulators_.rows * accumulators_.columns;
  for (size_t k = 0; k < reductions_.size(); ++k) {
    const LoopReduction& r = reductions_[k];
    std::byte* to = accumulators + accumulators_.offset[k];
    size_t bytes = static_cast<size_t>(bytes_of(r.type));
    for (int64_t i = 0; i < count; ++i)
      std::memcpy(to + static_cast<size_t>(i) * bytes, &r.identity, bytes);
  }
}

void LoopKernel::combine(std::byte* to, const std::byte* from) const {
  int64_t count = accumulators_.rows * accumulators_.columns;
  for (size_t k = 0; k < reductions_.size(); ++k) {
    size_t offset = accumulators_.offset[k];
    reductions_[k].combine(to + offset, from + offset, 1, count, Combine::Elements);
  }
}

void LoopKernel::write_results(Frame& frame, std::byte* accumulators) const {
  int64_t rows = domain_.row.reduced ? 1 : frame.rows,
          columns = domain_.column.reduced ? 1 : frame.columns;
  for (size_t k = 0; k < reductions_.size(); ++k) {
    const LoopReduction& r = reductions_[k];
    std::byte* values = accumulators + accumulators_.offset[k];
    if (r.cast) {
      std::byte* slots[] = {frame.cast, values};
      Step step;
      step.from[0] = 1;
      step.stride[0] = 1;
      r.cast(step, slots, rows * columns);
      values = frame.cast;
    }
    r.store(frame.operand[r.operand], values, false,
            Block{rows, columns, domain_.row.stride[r.operand], domain_.column.stride[r.operand]});
  }
}

void LoopKernel::finish_items(std::byte* const* operands, std::byte* scratch) const {
  Frame frame;
  size_t count = operands_.size();
  std::byte* memory = arena.get(frame_bytes_);
  frame.operand = reinterpret_cast<std::byte**>(memory);
  frame.cast = memory + round_up(count * sizeof(void*), 64);
  std::copy(operands, operands + count, frame.operand);
  frame.seek(kept_, frame.kept_at, 0, count);
  for (int64_t tile = 0; tile < kept_tiles_; ++tile) {
    std::byte* first = scratch + static_cast<size_t>(tile * chunks_) * accumulators_.bytes;
    for (int64_t width = 1; width < chunks_; width *= 2) {
      for (int64_t c = 0; c + width < chunks_; c += 2 * width) {
        combine(first + static_cast<size_t>(c) * accumulators_.bytes,
                first + static_cast<size_t>(c + width) * accumulators_.bytes);
      }
    }
    write_results(frame, first);
    frame.next(kept_, frame.kept_at, count);
  }
}

namespace {

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  if (!request.loop) {
    request.refusal = "not a loop";
    return nullptr;
  }
  const Loop& loop = *request.loop;
  LoopDomain domain;
  if (reads_results(loop.program, loop.inputs.size())) {
    auto found = arrange_in_phases(loop, request.refusal);
    if (!found) return nullptr;
    domain = std::move(*found);
  } else {
    domain = arrange(loop);
  }
  auto program = interpret(loop, domain);
  return std::make_unique<LoopKernel>(*request.loop, std::move(domain), std::move(program));
}

}  // namespace
}  // namespace lamina::cpu

namespace lamina::backend {
LAMINA_KERNEL(cpu_loop)
= {"loop", "cpu.loop", 10, cpu::rule};
}  // namespace lamina::backend
