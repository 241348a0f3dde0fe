// The executor of loops on any machine: the steps of a plan, each compiled for the instruction sets
// that there are, on tiles that stay in cache.
#include <cstring>
#include <new>

#include "lamina/backends/cpu/loop_plan.h"
#include "lamina/backends/cpu/loop_reduction.h"
#include "lamina/backends/cpu/tile_program.h"

namespace lamina::cpu {

namespace {

constexpr int64_t kTile = 1024;       // elements; a few tiles fill a first-level cache
constexpr int64_t kTileAlone = 4096;  // when no tile is written but the result ..
constexpr int64_t kTileSums = 16384;  // .. and its rows or columns are added up

size_t round_up(size_t bytes) { return (bytes + 63) / 64 * 64; }

class TileInterpreter final : public TileProgram {
 public:
  TileInterpreter(const Loop& loop, const LoopDomain& domain)
      : plan_(plan_loop(loop, domain)),
        row_stride_(domain.row.stride),
        column_stride_(domain.column.stride),
        reductions_(reductions_of(loop, domain)),
        in_phases_(domain.in_phases) {
    plan_.link();
  }

  int64_t tile_elements(bool sums) const override {
    return plan_.tiles > 0 ? kTile : sums ? kTileSums : kTileAlone;
  }
  int cost() const override { return plan_.cost; }

  size_t fit(int64_t rows, int64_t columns) override {
    // The odd cache line keeps tiles from sharing the low bits of their addresses, which stalls
    // loads behind stores.
    tile_bytes_ = round_up(static_cast<size_t>(rows * columns * plan_.element_bytes)) + 128;
    tiles_at_ = round_up(sizeof(Slots) + (plan_.slots.size() + plan_.loads.size()) * sizeof(void*));
    return tiles_at_ + plan_.tiles * tile_bytes_ + plan_.splats * size_t{kSplatBytes};
  }

  void begin(TileFrame& frame) const override {
    auto* own = new (frame.memory) Slots;
    own->slot = reinterpret_cast<std::byte**>(own + 1);
    own->loaded = const_cast<const std::byte**>(own->slot + plan_.slots.size());
    for (size_t k = 0; k < plan_.loads.size(); ++k) own->loaded[k] = nullptr;
    std::byte* tiles = frame.memory + tiles_at_;
    std::byte* splats = tiles + plan_.tiles * tile_bytes_;
    for (size_t s = 0; s < plan_.slots.size(); ++s) {
      const LoopPlan::Slot& slot = plan_.slots[s];
      switch (slot.home) {
        case LoopPlan::Home::Operand:
          break;
        case LoopPlan::Home::Constant:  // steps never write to it
          own->slot[s] = reinterpret_cast<std::byte*>(
              const_cast<uint64_t*>(plan_.constants.data() + slot.index * kSplat));
          break;
        case LoopPlan::Home::Tile:
          own->slot[s] = tiles + slot.index * tile_bytes_;
          break;
        case LoopPlan::Home::Splat:
          own->slot[s] = splats + slot.index * kSplatBytes;
          break;
      }
    }
    for (const Transfer& load : plan_.first_loads) {
      load.load(own->slot[load.slot], frame.operand[load.operand], Block{1, kSplat, 0, 0});
    }
    for (const Step& step : plan_.first_steps) step.run(step, own->slot, kSplat);
  }

  void run(TileFrame& frame) const override {
    Slots& own = slots_of(frame);
    for (size_t s = 0; s < plan_.slots.size(); ++s) {
      const LoopPlan::Slot& slot = plan_.slots[s];
      if (slot.home == LoopPlan::Home::Operand) own.slot[s] = frame.operand[slot.index];
    }
    if (!plan_.loads.empty()) load_tiles(frame, own);
    int64_t n = frame.rows * frame.columns;
    size_t next = 0;
    for (const LoopPlan::Phase& phase : plan_.phases) {
      for (const Transfer& load : phase.results) {
        load.load(own.slot[load.slot], frame.operand[load.operand], Block{1, kSplat, 0, 0});
      }
      for (; next < phase.steps_end; ++next) {
        const Step& step = plan_.steps[next];
        step.run(step, own.slot, step.uniform ? kSplat : n);
      }
      if (!in_phases_) continue;
      for (size_t k : phase.reductions) reduce_row(frame, own, k);
    }
    for (const Transfer& store : plan_.stores) {
      store.store(frame.operand[store.operand], own.slot[store.slot], store.splat,
                  block(frame, store.operand));
    }
  }

  void reduce(TileFrame& frame, const Accumulators& to) const override {
    run(frame);
    for (size_t k = 0; k < reductions_.size(); ++k) {
      reductions_[k].combine(to.values + to.offset[k],
                             slots_of(frame).slot[plan_.reduction_slots[k]], frame.rows,
                             frame.columns, to.how);
    }
  }

  bool may_overwrite(size_t input, size_t output) const override {
    return plan_.last_read[input] <= plan_.first_write[output];
  }

 private:
  // At the head of the frame's memory.
  struct Slots {
    std::byte** slot;
    const std::byte** loaded;  // by load number: what the slot holds already
    int64_t loaded_rows = 0, loaded_columns = 0;
  };
  static Slots& slots_of(TileFrame& frame) { return *reinterpret_cast<Slots*>(frame.memory); }

  Block block(const TileFrame& frame, size_t operand) const {
    return {frame.rows, frame.columns, row_stride_[operand], column_stride_[operand]};
  }

  // A row is a tile of its own, and its results are what later phases read.
  void reduce_row(TileFrame& frame, const Slots& own, size_t k) const {
    const LoopReduction& r = reductions_[k];
    alignas(64) std::byte result[64] = {};
    std::memcpy(result, &r.identity, sizeof r.identity);
    r.combine(result, own.slot[plan_.reduction_slots[k]], 1, frame.columns, Combine::All);
    r.store(frame.operand[r.operand], result, false, Block{1, 1, 0, 0});
  }

  // A broadcast operand often stands where it stood for the last tile: it is loaded already.
  void load_tiles(TileFrame& frame, Slots& own) const {
    bool same_size = frame.rows == own.loaded_rows && frame.columns == own.loaded_columns;
    own.loaded_rows = frame.rows, own.loaded_columns = frame.columns;
    for (size_t k = 0; k < plan_.loads.size(); ++k) {
      const Transfer& load = plan_.loads[k];
      const std::byte* from = frame.operand[load.operand];
      if (from == own.loaded[k] && (same_size || load.splat)) continue;
      own.loaded[k] = from;
      load.load(own.slot[load.slot], from,
                load.splat ? Block{1, kSplat, 0, 0} : block(frame, load.operand));
    }
  }

  LoopPlan plan_;
  std::vector<int64_t> row_stride_, column_stride_;
  std::vector<LoopReduction> reductions_;
  bool in_phases_;  // combines what it reduces itself
  size_t tile_bytes_ = 0, tiles_at_ = 0;
};

}  // namespace

std::unique_ptr<TileProgram> interpret(const Loop& loop, const LoopDomain& domain) {
  return std::make_unique<TileInterpreter>(loop, domain);
}

}  // namespace lamina::cpu
