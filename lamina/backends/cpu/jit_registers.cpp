#include "lamina/backends/cpu/jit_registers.h"

#include <algorithm>

namespace lamina::cpu::jit {

namespace {

constexpr size_t kNever = ~size_t{0};

class Allocator {
 public:
  Allocator(const VectorProgram& program, const Registers& registers)
      : code_(program.code), registers_(registers), values_(code_.size()) {
    for (const VectorInstruction& i : code_) phases_ = std::max(phases_, i.phase + 1);
    find_uses();
  }

  Placement run() {
    const int homes = std::max(0, registers_.vectors - std::max(pressure(), 3));
    give_homes(homes);
    for (int k = registers_.vectors - 1 - home_registers_; k >= 0; --k)
      free_[0].push_back(static_cast<uint16_t>(k));
    for (int k = registers_.masks - 1; k >= 0; --k) free_[1].push_back(static_cast<uint16_t>(k));
    allocate(Rate::Block, 0, out_.block);
    out_.phases.resize(static_cast<size_t>(phases_));
    for (int p = 0; p < phases_; ++p) {
      allocate(Rate::Row, p, out_.phases[static_cast<size_t>(p)].row);
      allocate(Rate::Vector, p, out_.phases[static_cast<size_t>(p)].vector);
    }
    return std::move(out_);
  }

  // The most values that are alive at once in the inner loop, what has a home not counted.
  int pressure() const {
    int most = 0, alive = 0;
    std::vector<int> ends(code_.size() + 1, 0);
    for (size_t v = 0; v < code_.size(); ++v) {
      alive -= ends[v];
      if (code_[v].rate != Rate::Vector) continue;
      if (gives_nothing(code_[v].op) || file(mask(v)) == 1) continue;
      most = std::max(most, ++alive);
      ++ends[std::max(last_use(v), v + 1)];
    }
    return most;
  }

 private:
  struct ValueState {
    std::vector<size_t> uses;  // instructions of the value's own rate and phase, in order
    int later_uses = 0;        // by others, which run more often or later
    Place place;
    bool home = false;  // the place is kept
  };

  bool mask(size_t v) const { return gives_mask(code_[v].op); }
  // Masks that live in vector registers compete for those.
  int file(bool mask) const { return mask && registers_.masks > 0 ? 1 : 0; }

  void find_uses() {
    for (size_t v = 0; v < code_.size(); ++v) {
      for (int k = 0; k < sources_of(code_[v].op); ++k) {
        const uint16_t from = code_[v].from[k];
        if (together(from, v))
          values_[from].uses.push_back(v);
        else
          ++values_[from].later_uses;
      }
    }
  }

  bool together(size_t a, size_t b) const {
    return code_[a].rate == code_[b].rate && code_[a].phase == code_[b].phase;
  }
  bool constant(size_t v) const { return code_[v].op == VectorOp::Constant; }
  size_t last_use(size_t v) const { return values_[v].uses.empty() ? v : values_[v].uses.back(); }

  // Values that wait for an instruction that runs more often: those used most in registers.
  void give_homes(int registers) {
    std::vector<size_t> waiting;
    for (size_t v = 0; v < code_.size(); ++v) {
      ValueState& value = values_[v];
      if (constant(v)) {
        const bool in_loop = uses_in_loop(v) > 0;
        value.home = true;
        value.place = {Place::Pool, static_cast<uint16_t>(out_.pool.size())};
        out_.pool.push_back(code_[v].payload);
        if (in_loop) waiting.push_back(v);
      } else if (value.later_uses > 0) {
        value.home = true;
        value.place = {Place::Frame, new_frame()};
        if (file(mask(v)) == 0) waiting.push_back(v);  // of masks there are few registers
      }
    }
    std::stable_sort(waiting.begin(), waiting.end(),
                     [&](size_t a, size_t b) { return uses_in_loop(a) > uses_in_loop(b); });
    for (size_t v : waiting) {
      if (home_registers_ == registers) break;
      if (!constant(v)) free_frames_.push_back(values_[v].place.index);
      values_[v].place = {
          Place::Register, static_cast<uint16_t>(registers_.vectors - 1 - home_registers_++)};
    }
  }

  int uses_in_loop(size_t v) const { return values_[v].later_uses; }

  uint16_t new_frame() {
    if (free_frames_.empty()) free_frames_.push_back(static_cast<uint16_t>(out_.frame++));
    const uint16_t index = free_frames_.back();
    free_frames_.pop_back();
    return index;
  }

  void release(const Place& place, bool mask) { free_[file(mask)].push_back(place.index); }

  size_t next_use(size_t v, size_t now) const {
    const auto& uses = values_[v].uses;
    const auto at = std::upper_bound(uses.begin(), uses.end(), now);
    return at == uses.end() ? kNever : *at;
  }

  // A register; if none is free, that of the value needed last, which moves to the frame.
  uint16_t take(bool mask, size_t now, std::vector<PlacedInstruction>& out) {
    auto& free = free_[file(mask)];
    if (free.empty()) {
      size_t victim = kNever, farthest = 0;
      for (size_t v : in_registers_) {
        if (file(this->mask(v)) != file(mask) || next_use(v, now) < farthest) continue;
        victim = v, farthest = next_use(v, now);
      }
      ValueState& value = values_[victim];
      const Place frame{Place::Frame, new_frame()};
      out.push_back({VectorOp::Move, this->mask(victim), frame, {value.place}, 0});
      free.push_back(value.place.index);
      value.place = frame;
      std::erase(in_registers_, victim);
    }
    const uint16_t index = free.back();
    free.pop_back();
    return index;
  }

  void allocate(Rate rate, int phase, std::vector<PlacedInstruction>& out) {
    for (size_t v = 0; v < code_.size(); ++v) {
      const VectorInstruction& i = code_[v];
      ValueState& value = values_[v];
      if (i.rate != rate || i.phase != phase || (constant(v) && !in_home_register(v))) continue;
      PlacedInstruction placed{i.op, mask(v), {}, {}, i.payload};
      for (int k = 0; k < sources_of(i.op); ++k) placed.from[k] = values_[i.from[k]].place;
      // Registers of values that end here are free for the result; their frames only later, because
      // a value may have to move out of the way before this instruction reads them.
      std::vector<uint16_t> frames;
      for (int k = 0; k < sources_of(i.op); ++k) {
        ValueState& from = values_[i.from[k]];
        if (from.home || !together(i.from[k], v) || last_use(i.from[k]) != v) continue;
        if (from.place.kind == Place::Frame) frames.push_back(from.place.index);
        if (from.place.kind == Place::Register) release(from.place, mask(i.from[k]));
        std::erase(in_registers_, size_t{i.from[k]});
        from.place = {};
      }
      if (in_home_register(v)) {
        placed.to = value.place;
      } else if (!gives_nothing(i.op)) {
        placed.to = {Place::Register, take(mask(v), v, out)};
      }
      out.push_back(placed);
      free_frames_.insert(free_frames_.end(), frames.begin(), frames.end());
      if (gives_nothing(i.op) || in_home_register(v)) continue;
      if (value.home) {
        out.push_back({VectorOp::Move, mask(v), value.place, {placed.to}, 0});
        release(placed.to, mask(v));
      } else if (value.uses.empty()) {
        release(placed.to, mask(v));
      } else {
        value.place = placed.to;
        in_registers_.push_back(v);
      }
    }
  }

  bool in_home_register(size_t v) const {
    return values_[v].home && values_[v].place.kind == Place::Register;
  }

  const std::vector<VectorInstruction>& code_;
  Registers registers_;
  std::vector<ValueState> values_;
  std::vector<uint16_t> free_[2], free_frames_;
  std::vector<size_t> in_registers_;
  int home_registers_ = 0, phases_ = 1;
  Placement out_;
};

}  // namespace

int pressure(const VectorProgram& program, const Registers& registers) {
  return Allocator(program, registers).pressure();
}

Placement place(const VectorProgram& program, const Registers& registers) {
  return Allocator(program, registers).run();
}

}  // namespace lamina::cpu::jit
