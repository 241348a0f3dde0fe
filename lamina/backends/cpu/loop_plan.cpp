#include "lamina/backends/cpu/loop_plan.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "lamina/backends/cpu/loop_normal.h"
#include "lamina/op/scalar_eval.h"

namespace lamina::cpu {

namespace {

constexpr int kNever = std::numeric_limits<int>::max();

bool is_float(ScalarType type) { return type == ScalarType::F32 || type == ScalarType::F64; }

// Whether elements have the same bytes in memory as in a tile.
bool computes_as_stored(DType dtype) {
  return dtype == DType::Bool || dtype == DType::Int64 || dtype == DType::UInt64 ||
         dtype == DType::Float32 || dtype == DType::Float64;
}

Access access_of(const LoopDomain& domain, size_t operand, DType dtype) {
  int64_t row = domain.row.size == 1 ? 0 : domain.row.stride[operand];
  int64_t column = domain.column.stride[operand], bytes = static_cast<int64_t>(size_of(dtype));
  if (column == 0 && row == 0) return Access::Uniform;
  bool contiguous = column == bytes && (domain.row.size == 1 || row == bytes * domain.column.size);
  return contiguous && !domain.transposed && computes_as_stored(dtype) ? Access::Direct
                                                                       : Access::Block;
}

// What an op is in a chain whose value is operand `position`.
bool chain_code(ScalarOp op, int position, ChainCode& code) {
  switch (op) {
    case ScalarOp::Add:
      code = ChainCode::Add;
      return true;
    case ScalarOp::Subtract:
      code = position == 0 ? ChainCode::Subtract : ChainCode::SubtractFrom;
      return true;
    case ScalarOp::Multiply:
      code = ChainCode::Multiply;
      return true;
    case ScalarOp::Divide:
      code = position == 0 ? ChainCode::Divide : ChainCode::DivideInto;
      return true;
    case ScalarOp::Minimum:
      code = position == 0 ? ChainCode::Minimum : ChainCode::MinimumInto;
      return true;
    case ScalarOp::Maximum:
      code = position == 0 ? ChainCode::Maximum : ChainCode::MaximumInto;
      return true;
    case ScalarOp::Negative:
      code = ChainCode::Negative;
      return true;
    case ScalarOp::Absolute:
      code = ChainCode::Absolute;
      return true;
    case ScalarOp::SquareRoot:
      code = ChainCode::SquareRoot;
      return true;
    case ScalarOp::ReciprocalSquareRoot:
      code = ChainCode::ReciprocalSquareRoot;
      return true;
    case ScalarOp::Floor:
      code = ChainCode::Floor;
      return true;
    case ScalarOp::Ceil:
      code = ChainCode::Ceil;
      return true;
    case ScalarOp::Round:
      code = ChainCode::Round;
      return true;
    default:
      return false;
  }
}

class Planner {
 public:
  Planner(const Loop& loop, const LoopDomain& domain)
      : loop_(loop),
        domain_(domain),
        normal_(normalize(loop)),
        code_(normal_.program.code),
        operands_(operands_of(loop)),
        slot_(code_.size(), kNone),
        uses_(code_.size(), 0),
        uniform_(code_.size()),
        constant_in_time_(code_.size()),
        fused_(code_.size()) {}

  LoopPlan run() {
    plan_.last_read.assign(operands_.size(), -1);
    plan_.first_write.assign(operands_.size(), kNever);
    count_uses();
    classify();
    fuse_comparisons();
    place_leaves();
    place_outputs();
    std::vector<uint16_t> before, per_tile, elements;
    for (uint16_t v = 0; v < code_.size(); ++v) {
      if (leaf(v) || fused_[v] || uses_[v] == 0) continue;
      (constant_in_time_[v] ? before : uniform_[v] ? per_tile : elements).push_back(v);
    }
    for (uint16_t v : before) uniform_step(v, plan_.first_steps);
    for (uint16_t v : per_tile) uniform_step(v, plan_.steps);
    element_steps(schedule(elements));
    finish();
    return std::move(plan_);
  }

 private:
  static constexpr uint16_t kNone = 0xffff;

  bool leaf(uint16_t v) const {
    return code_[v].op == ScalarOp::Input || code_[v].op == ScalarOp::Constant;
  }

  // The values that computing v reads; a comparison fused into a choice hands on its own.
  SmallVector<uint16_t, 4> reads(uint16_t v) const {
    const ScalarInstruction& i = code_[v];
    const uint16_t all[] = {i.a, i.b, i.c};
    SmallVector<uint16_t, 4> result;
    for (int k = 0; k < operand_count(i.op); ++k) {
      if (fused_[all[k]]) {
        result.push_back(code_[all[k]].a), result.push_back(code_[all[k]].b);
      } else {
        result.push_back(all[k]);
      }
    }
    return result;
  }

  void count_uses() {
    for (uint16_t v : normal_.stores) ++uses_[v];
    for (uint16_t v : normal_.reductions) ++uses_[v];
    kept_.assign(code_.size(), false);
    for (uint16_t v : normal_.stores) kept_[v] = true;
    for (uint16_t v : normal_.reductions) kept_[v] = true;
    for (size_t v = code_.size(); v-- > 0;) {
      if (uses_[v] == 0 || leaf(static_cast<uint16_t>(v))) continue;
      for (uint16_t r : reads(static_cast<uint16_t>(v))) ++uses_[r];
    }
  }

  void classify() {
    for (size_t k = 0; k < operands_.size(); ++k)
      access_.push_back(access_of(domain_, k, operands_[k].dtype));
    for (uint16_t v = 0; v < code_.size(); ++v) {
      if (code_[v].op == ScalarOp::Constant) {
        uniform_[v] = constant_in_time_[v] = true;
      } else if (code_[v].op == ScalarOp::Input) {
        size_t k = code_[v].a;
        uniform_[v] = access_[k] == Access::Uniform;
        constant_in_time_[v] = uniform_[v];
        for (const DomainAxis& axis : domain_.outer) {
          if (axis.stride[k] != 0) constant_in_time_[v] = false;
        }
      } else {
        uniform_[v] = constant_in_time_[v] = true;
        for (uint16_t r : reads(v)) {
          uniform_[v] = uniform_[v] && uniform_[r];
          constant_in_time_[v] = constant_in_time_[v] && constant_in_time_[r];
        }
      }
    }
  }

  // where(a < b, x, y) of floats is one step: no tile of Bool between.
  void fuse_comparisons() {
    for (uint16_t v = 0; v < code_.size(); ++v) {
      const ScalarInstruction& i = code_[v];
      if (i.op != ScalarOp::Select || uses_[v] == 0 || uniform_[v] || uses_[i.a] != 1) continue;
      const ScalarInstruction& test = code_[i.a];
      bool compare = test.op == ScalarOp::Equal || test.op == ScalarOp::NotEqual ||
                     test.op == ScalarOp::Less || test.op == ScalarOp::LessEqual;
      if (compare && is_float(i.type) && code_[test.a].type == i.type && !uniform_[i.a])
        fused_[i.a] = true;
    }
  }

  uint16_t new_slot(LoopPlan::Home home, uint32_t index) {
    plan_.slots.push_back({home, index});
    return static_cast<uint16_t>(plan_.slots.size() - 1);
  }
  uint16_t new_tile() { return new_slot(LoopPlan::Home::Tile, plan_.tiles++); }
  uint16_t new_splat() { return new_slot(LoopPlan::Home::Splat, plan_.splats++); }

  void place_leaves() {
    for (uint16_t v = 0; v < code_.size(); ++v) {
      if (uses_[v] == 0 || !leaf(v)) continue;
      if (code_[v].op == ScalarOp::Constant) {
        slot_[v] = new_slot(LoopPlan::Home::Constant,
                            static_cast<uint32_t>(plan_.constants.size() / kSplat));
        add_constant(code_[v]);
        continue;
      }
      uint16_t operand = code_[v].a;
      if (access_[operand] == Access::Direct) {
        slot_[v] = new_slot(LoopPlan::Home::Operand, operand);
        continue;
      }
      bool splat = access_[operand] == Access::Uniform;
      slot_[v] = splat ? new_splat() : new_tile();
      widen(code_[v].type);
      Transfer load{slot_[v], operand, splat};
      load.load = load_function(operands_[operand].dtype);
      (constant_in_time_[v] ? plan_.first_loads : plan_.loads).push_back(load);
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
    for (size_t k = 0; k < normal_.stores.size(); ++k) {
      uint16_t v = normal_.stores[k];
      uint16_t operand = static_cast<uint16_t>(loop_.inputs.size() + k);
      if (access_[operand] == Access::Direct && !leaf(v) && !uniform_[v] && slot_[v] == kNone) {
        slot_[v] = new_slot(LoopPlan::Home::Operand, operand);
        continue;
      }
      late_stores_.push_back(k);
    }
  }

  Step step_for(uint16_t v) const {
    const ScalarInstruction& i = code_[v];
    Step step;
    SmallVector<uint16_t, 4> from = reads(v);
    ScalarType operands = code_[i.a].type;
    if (i.op == ScalarOp::Select && fused_[i.a]) {
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
      step.stride[k] = !uniform_[from[k]];
    }
    step.to = slot_[v];
    return step;
  }

  bool chains(uint16_t v) const {
    ChainCode code = ChainCode::Load;
    return is_float(code_[v].type) && chain_code(code_[v].op, 0, code);
  }

  // A uniform value is computed kSplat times, by the same steps.
  void uniform_step(uint16_t v, std::vector<Step>& steps) {
    slot_[v] = new_splat();
    widen(code_[v].type);
    if (chains(v)) {
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

  // Follows each value with one that needs it, as long as there is one: chains become long and
  // tiles are read while they are in cache.
  std::vector<uint16_t> schedule(const std::vector<uint16_t>& values) const {
    std::vector<uint16_t> order;
    std::vector<bool> done(code_.size(), true);
    for (uint16_t v : values) done[v] = false;
    auto ready = [&](uint16_t v) {
      for (uint16_t r : reads(v)) {
        if (!done[r]) return false;
      }
      return true;
    };
    auto follower = [&](uint16_t last) {
      for (bool want_chain : {true, false}) {
        for (uint16_t v : values) {
          if (done[v] || v < last || (want_chain && !chains(v)) || !ready(v)) continue;
          for (uint16_t r : reads(v)) {
            if (r == last) return v;
          }
        }
      }
      return kNone;
    };
    for (uint16_t v : values) {
      while (v != kNone && !done[v]) {
        done[v] = true;
        order.push_back(v);
        v = follower(v);
      }
    }
    return order;
  }

  Step begin_chain(ScalarType type) {
    Step step;
    step.run = chain_step(type);
    step.chain_begin = static_cast<uint32_t>(plan_.chain_ops.size());
    return step;
  }
  void chain_op(Step& step, ChainCode code, uint16_t v) {
    plan_.chain_ops.push_back(
        {code, uint8_t(v == kNone || !uniform_[v]), v == kNone ? uint16_t{0} : slot_[v]});
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
    if (code_[v].op == ScalarOp::Input && access_[code_[v].a] == Access::Direct)
      plan_.last_read[code_[v].a] = time_;
  }
  void note_write(uint16_t v) {
    const LoopPlan::Slot& slot = plan_.slots[slot_[v]];
    if (slot.home == LoopPlan::Home::Operand) plan_.first_write[slot.index] = time_;
  }

  void element_steps(const std::vector<uint16_t>& order) {
    std::vector<size_t> last_use(code_.size(), 0);
    for (size_t k = 0; k < order.size(); ++k) {
      for (uint16_t r : reads(order[k])) last_use[r] = k;
    }
    for (uint16_t v = 0; v < code_.size(); ++v) {
      if (kept_[v]) last_use[v] = order.size();
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
        for (uint16_t r : reads(order[k])) {
          if (leaf(r) || uniform_[r] || slot_[r] == kNone || last_use[r] < first ||
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
      if (!chains(v)) {
        release(k, k,
                bytes_of(code_[v].type));  // a step may write over an operand of its own width
        take_tile(v);
        release(k, k, 0);
        Step step = step_for(v);
        for (uint16_t r : reads(v)) note_read(r);
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
      if (operand_count(code_[v].op) == 2 && uniform_[current]) current = code_[v].b;
      chain_op(step, ChainCode::Load, current);
      append(step, current, v);
      size_t first = k;
      for (current = v, ++k; k < order.size(); ++k) {
        uint16_t next = order[k];
        const ScalarInstruction& i = code_[next];
        bool same_twice = operand_count(i.op) == 2 && i.a == current && i.b == current;
        bool uses_current = i.a == current || (operand_count(i.op) == 2 && i.b == current);
        if (!chains(next) || i.type != code_[current].type || !uses_current) break;
        if (same_twice && i.op != ScalarOp::Add && i.op != ScalarOp::Multiply) break;
        if (kept_[current] || uses_[current] > (same_twice ? 2 : 1)) {
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

  void finish() {
    size_t inputs = loop_.inputs.size();
    for (size_t k : late_stores_) {
      uint16_t v = normal_.stores[k];
      Transfer store{slot_[v], static_cast<uint16_t>(inputs + k), bool(uniform_[v])};
      store.store = store_function(operands_[inputs + k].dtype);
      note_read(v);
      plan_.first_write[store.operand] = time_++;
      plan_.stores.push_back(store);
    }
    std::vector<uint16_t> spread(code_.size(), kNone);
    for (size_t k = 0; k < normal_.reductions.size(); ++k) {
      uint16_t v = normal_.reductions[k];
      ScalarType type = code_[v].type;
      uint16_t slot = slot_[v];
      note_read(v);
      if (uniform_[v]) {
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
      plan_.reduction_slots.push_back(slot);
    }
  }

  const Loop& loop_;
  const LoopDomain& domain_;
  NormalProgram normal_;
  const std::vector<ScalarInstruction>& code_;
  std::vector<LoopOperand> operands_;
  std::vector<Access> access_;
  std::vector<uint16_t> slot_;
  std::vector<int> uses_;
  std::vector<bool> uniform_, constant_in_time_, fused_, kept_, released_;
  std::vector<size_t> late_stores_;
  int time_ = 0;
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
