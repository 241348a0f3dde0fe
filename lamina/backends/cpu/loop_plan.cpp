#include "lamina/backends/cpu/loop_plan.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "lamina/backends/cpu/loop_chain.h"
#include "lamina/backends/cpu/loop_values.h"

namespace lamina::cpu {

namespace {

constexpr int kNever = std::numeric_limits<int>::max();

class Planner {
 public:
  Planner(const Loop& loop, const LoopDomain& domain)
      : loop_(loop),
        values_(loop, domain),
        code_(values_.code()),
        slot_(code_.size(), kNone),
        in_phases_(domain.in_phases) {}

  LoopPlan run() {
    plan_.last_read.assign(values_.operands.size(), -1);
    plan_.first_write.assign(values_.operands.size(), kNever);
    plan_.phases.resize(static_cast<size_t>(values_.phases));
    plan_.reduction_slots.resize(values_.normal.reductions.size());
    place_leaves();
    place_outputs();
    std::vector<uint16_t> before;
    per_tile_.resize(plan_.phases.size());
    std::vector<std::vector<uint16_t>> elements(plan_.phases.size());
    for (uint16_t v = 0; v < code_.size(); ++v) {
      if (values_.leaf(v) || values_.fused[v] || values_.uses[v] == 0) continue;
      const auto p = static_cast<size_t>(values_.phase[v]);
      (values_.constant_in_time[v] ? before : values_.uniform[v] ? per_tile_[p] : elements[p])
          .push_back(v);
    }
    for (uint16_t v : before) uniform_step(v, plan_.first_steps);
    std::vector<uint16_t> order;
    for (const auto& some : elements) {
      for (uint16_t v : schedule(values_, some)) order.push_back(v);
    }
    open_phase();
    element_steps(order);
    if (!in_phases_) place_late_stores();  // before the caller combines
    while (phase_ + 1 < values_.phases) next_phase();
    close_phase();
    if (in_phases_) place_late_stores();
    return std::move(plan_);
  }

 private:
  static constexpr uint16_t kNone = 0xffff;

  uint16_t new_slot(LoopPlan::Home home, uint32_t index) {
    plan_.slots.push_back({home, index});
    return static_cast<uint16_t>(plan_.slots.size() - 1);
  }
  uint16_t new_tile() { return new_slot(LoopPlan::Home::Tile, plan_.tiles++); }
  uint16_t new_splat() { return new_slot(LoopPlan::Home::Splat, plan_.splats++); }

  void place_leaves() {
    for (uint16_t v = 0; v < code_.size(); ++v) {
      if (values_.uses[v] == 0 || !values_.leaf(v)) continue;
      if (code_[v].op == ScalarOp::Constant) {
        slot_[v] = new_slot(LoopPlan::Home::Constant,
                            static_cast<uint32_t>(plan_.constants.size() / kSplat));
        add_constant(code_[v]);
        continue;
      }
      uint16_t operand = code_[v].a;
      if (values_.access[operand] == Access::Direct) {
        slot_[v] = new_slot(LoopPlan::Home::Operand, operand);
        continue;
      }
      bool splat = values_.access[operand] == Access::Uniform;
      slot_[v] = splat ? new_splat() : new_tile();
      widen(code_[v].type);
      Transfer load{slot_[v], operand, splat};
      load.load = load_function(values_.operands[operand].dtype);
      (values_.constant_in_time[v] ? plan_.first_loads
       : values_.result(v)         ? plan_.phases[static_cast<size_t>(values_.phase[v])].results
                                   : plan_.loads)
          .push_back(load);
    }
  }

  void add_constant(const ScalarInstruction& i) {
    std::byte bytes[kSplatBytes] = {};
    for (int64_t k = 0; k < kSplat; ++k) {
      if (i.type == ScalarType::F32) {
        float v = static_cast<float>(i.constant);
        std::memcpy(bytes + 4 * k, &v, 4);
      } else if (i.type == ScalarType::Bool) {
        bytes[k] = std::byte(i.integer != 0);
      } else {
        std::memcpy(bytes + 8 * k, &i.integer, 8);
      }
    }
    size_t old = plan_.constants.size();
    plan_.constants.resize(old + kSplat);
    std::memcpy(plan_.constants.data() + old, bytes, kSplatBytes);
  }

  void widen(ScalarType type) {
    plan_.element_bytes = std::max(plan_.element_bytes, bytes_of(type));
  }

  // Values that go to contiguous memory are computed there.
  void place_outputs() {
    for (size_t k = 0; k < values_.normal.stores.size(); ++k) {
      uint16_t v = values_.normal.stores[k];
      uint16_t operand = static_cast<uint16_t>(loop_.inputs.size() + k);
      if (values_.access[operand] == Access::Direct && !values_.leaf(v) && !values_.uniform[v] &&
          slot_[v] == kNone) {
        slot_[v] = new_slot(LoopPlan::Home::Operand, operand);
        continue;
      }
      late_stores_.push_back(k);
    }
  }

  Step step_for(uint16_t v) const {
    const ScalarInstruction& i = code_[v];
    Step step;
    SmallVector<uint16_t, 4> from = values_.reads(v);
    ScalarType operands = code_[i.a].type;
    if (i.op == ScalarOp::Select && values_.fused[i.a]) {
      ScalarOp compare = code_[i.a].op;
      if (compare == ScalarOp::NotEqual) {
        compare = ScalarOp::Equal;
        std::swap(from[2], from[3]);
      }
      step.run = compare_select_step(compare, i.type);
    } else if (i.op == ScalarOp::Select) {
      step.run = select_step(i.type);
    } else if (i.op == ScalarOp::Cast) {
      step.run = cast_step(operands, i.type);
    } else {
      step.run = is_float(operands) ? real_step(i.op, operands) : nullptr;
      if (!step.run) step.run = binary_step(i.op, operands);
      if (!step.run) step.run = plain_step(i.op, operands);
    }
    for (size_t k = 0; k < from.size(); ++k) {
      step.from[k] = slot_[from[k]];
      step.stride[k] = !values_.uniform[from[k]];
    }
    step.to = slot_[v];
    return step;
  }

  void open_phase() {
    for (uint16_t v : per_tile_[static_cast<size_t>(phase_)]) uniform_step(v, plan_.steps);
  }
  void next_phase() {
    close_phase();
    ++phase_;
    open_phase();
  }

  // A uniform value is computed kSplat times, by the same steps.
  void uniform_step(uint16_t v, std::vector<Step>& steps) {
    slot_[v] = new_splat();
    widen(code_[v].type);
    if (chains(values_, v)) {
      Step step = begin_chain(code_[v].type);
      const ScalarInstruction& i = code_[v];
      chain_op(step, ChainCode::Load, i.a);
      append(step, i.a, v);
      chain_op(step, ChainCode::Store, v);
      for (uint32_t k = 0; k < step.chain_length; ++k)
        plan_.chain_ops[step.chain_begin + k].stride = 1;
      step.uniform = true;
      steps.push_back(step);
    } else {
      Step step = step_for(v);
      for (uint8_t& stride : step.stride) stride = 1;
      step.uniform = true;
      steps.push_back(step);
    }
  }

  Step begin_chain(ScalarType type) {
    Step step;
    step.run = chain_step(type);
    step.chain_begin = static_cast<uint32_t>(plan_.chain_ops.size());
    return step;
  }
  void chain_op(Step& step, ChainCode code, uint16_t v) {
    plan_.chain_ops.push_back(
        {code, uint8_t(v == kNone || !values_.uniform[v]), v == kNone ? uint16_t{0} : slot_[v]});
    ++step.chain_length;
    if (v == kNone) return;
    code == ChainCode::Store ? note_write(v) : note_read(v);
    ++time_;
  }
  // Continues a chain, whose value is `current`, with instruction v.
  void append(Step& step, uint16_t current, uint16_t v) {
    const ScalarInstruction& i = code_[v];
    bool binary = operand_count(i.op) == 2;
    ChainCode code = ChainCode::Load;
    if (binary && i.a == current && i.b == current &&
        (i.op == ScalarOp::Add || i.op == ScalarOp::Multiply)) {
      chain_op(step, i.op == ScalarOp::Add ? ChainCode::AddSame : ChainCode::MultiplySame, kNone);
      return;
    }
    int position = i.a == current ? 0 : 1;
    chain_code(i.op, position, code);
    chain_op(step, code, !binary ? kNone : position == 0 ? i.b : i.a);
  }

  void note_read(uint16_t v) {
    if (code_[v].op == ScalarOp::Input && values_.access[code_[v].a] == Access::Direct)
      plan_.last_read[code_[v].a] = time_;
  }
  void note_write(uint16_t v) {
    const LoopPlan::Slot& slot = plan_.slots[slot_[v]];
    if (slot.home == LoopPlan::Home::Operand) plan_.first_write[slot.index] = time_;
  }

  void element_steps(const std::vector<uint16_t>& order) {
    std::vector<size_t> last_use(code_.size(), 0);
    for (size_t k = 0; k < order.size(); ++k) {
      for (uint16_t r : values_.reads(order[k])) last_use[r] = k;
    }
    for (uint16_t v = 0; v < code_.size(); ++v) {
      if (values_.kept[v]) last_use[v] = order.size();
    }
    std::vector<uint16_t> free_tiles;
    auto take_tile = [&](uint16_t v) {
      if (slot_[v] != kNone) return;
      widen(code_[v].type);
      if (free_tiles.empty()) free_tiles.push_back(new_tile());
      slot_[v] = free_tiles.back();
      free_tiles.pop_back();
    };
    // Tiles of values whose last use was in order[first..last]; leaves and outputs keep theirs.
    auto release = [&](size_t first, size_t last, int64_t only_bytes) {
      for (size_t k = first; k <= last; ++k) {
        for (uint16_t r : values_.reads(order[k])) {
          if (values_.leaf(r) || values_.uniform[r] || slot_[r] == kNone || last_use[r] < first ||
              last_use[r] > last)
            continue;
          if (only_bytes && bytes_of(code_[r].type) != only_bytes) continue;
          if (plan_.slots[slot_[r]].home != LoopPlan::Home::Tile) continue;
          if (std::find(free_tiles.begin(), free_tiles.end(), slot_[r]) != free_tiles.end())
            continue;
          if (released_.size() < code_.size()) released_.resize(code_.size());
          if (released_[r]) continue;
          released_[r] = true;
          free_tiles.push_back(slot_[r]);
        }
      }
    };
    for (size_t k = 0; k < order.size();) {
      uint16_t v = order[k];
      while (phase_ < values_.phase[v]) next_phase();
      if (!chains(values_, v)) {
        release(k, k,
                bytes_of(code_[v].type));  // a step may write over an operand of its own width
        take_tile(v);
        release(k, k, 0);
        Step step = step_for(v);
        for (uint16_t r : values_.reads(v)) note_read(r);
        note_write(v);
        ++time_;
        plan_.steps.push_back(step);
        plan_.cost += real_step_cost(v);
        ++k;
        continue;
      }
      Step step = begin_chain(code_[v].type);
      // Start from an operand that is a whole tile, so that the other may be a splat.
      uint16_t current = code_[v].a;
      if (operand_count(code_[v].op) == 2 && values_.uniform[current]) current = code_[v].b;
      chain_op(step, ChainCode::Load, current);
      append(step, current, v);
      size_t first = k;
      for (current = v, ++k; k < order.size(); ++k) {
        uint16_t next = order[k];
        const ScalarInstruction& i = code_[next];
        bool same_twice = operand_count(i.op) == 2 && i.a == current && i.b == current;
        bool uses_current = i.a == current || (operand_count(i.op) == 2 && i.b == current);
        if (!chains(values_, next) || i.type != code_[current].type || !uses_current ||
            values_.phase[next] != phase_)
          break;
        if (same_twice && i.op != ScalarOp::Add && i.op != ScalarOp::Multiply) break;
        if (values_.kept[current] || values_.uses[current] > (same_twice ? 2 : 1)) {
          take_tile(current);
          chain_op(step, ChainCode::Store, current);
        }
        append(step, current, next);
        current = next;
      }
      release(first, k - 1, 0);
      take_tile(current);
      chain_op(step, ChainCode::Store, current);
      plan_.cost += static_cast<int>(step.chain_length) / 2;
      plan_.steps.push_back(step);
    }
  }

  int real_step_cost(uint16_t v) const {
    ScalarOp op = code_[v].op;
    if (op == ScalarOp::Power || op == ScalarOp::Remainder || op == ScalarOp::FloorDivide)
      return 12;
    return op >= ScalarOp::Exp && op <= ScalarOp::Sigmoid ? 8 : 2;
  }

  void place_late_stores() {
    size_t inputs = loop_.inputs.size();
    for (size_t k : late_stores_) {
      uint16_t v = values_.normal.stores[k];
      Transfer store{slot_[v], static_cast<uint16_t>(inputs + k), bool(values_.uniform[v])};
      store.store = store_function(values_.operands[inputs + k].dtype);
      note_read(v);
      plan_.first_write[store.operand] = time_++;
      plan_.stores.push_back(store);
    }
  }

  void close_phase() {
    LoopPlan::Phase& phase = plan_.phases[static_cast<size_t>(phase_)];
    std::vector<uint16_t> spread(code_.size(), kNone);
    for (size_t k = 0; k < values_.normal.reductions.size(); ++k) {
      uint16_t v = values_.normal.reductions[k];
      if (values_.phase[v] != phase_) continue;
      ScalarType type = code_[v].type;
      uint16_t slot = slot_[v];
      note_read(v);
      if (values_.uniform[v]) {
        if (spread[v] == kNone) {
          spread[v] = new_tile();
          widen(type);
          Step step;
          step.run = copy_step(type);
          step.to = spread[v];
          step.from[0] = slot;
          plan_.steps.push_back(step);
        }
        slot = spread[v];
      }
      plan_.reduction_slots[k] = slot;
      phase.reductions.push_back(k);
      ++time_;
    }
    phase.steps_end = plan_.steps.size();
  }

  const Loop& loop_;
  LoopValues values_;
  const std::vector<ScalarInstruction>& code_;
  std::vector<uint16_t> slot_;
  bool in_phases_;
  std::vector<bool> released_;
  std::vector<size_t> late_stores_;
  std::vector<std::vector<uint16_t>> per_tile_;  // by phase
  int phase_ = 0, time_ = 0;
  LoopPlan plan_;
};

}  // namespace

void LoopPlan::link() {
  for (std::vector<Step>* list : {&first_steps, &steps}) {
    for (Step& step : *list) step.chain = chain_ops.data() + step.chain_begin;
  }
}

LoopPlan plan_loop(const Loop& loop, const LoopDomain& domain) {
  LoopPlan plan = Planner(loop, domain).run();
  plan.link();
  return plan;
}

}  // namespace lamina::cpu
