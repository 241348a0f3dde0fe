#include "lamina/backends/cpu/jit_phases.h"

#include <algorithm>

#include "lamina/backends/cpu/jit_math.h"
#include "lamina/op/loop_phases.h"

namespace lamina::cpu::jit {

namespace {

// What may be computed again in a later phase, in cheap instructions: all but functions, divisions and
// roots. The rest waits in memory. That is one store and one load, but stores of rows stall loads of
// others that lie a multiple of 4 KiB apart: with a limit of 4, a layer norm's gradient of 32 rows of
// 512 took 15 us instead of 6.
constexpr int kCheapAgain = 19;

int cost_of(ScalarOp op) {
  if (has_function(op)) return kCheapAgain + 1;
  switch (op) {
    case ScalarOp::Divide:
    case ScalarOp::SquareRoot:
    case ScalarOp::ReciprocalSquareRoot:
      return kCheapAgain + 1;
    case ScalarOp::RoundBFloat16:
    case ScalarOp::RoundFloat16:
      return 8;
    default:
      return 1;
  }
}

}  // namespace

Phases::Phases(const NormalProgram& normal, size_t inputs, BlockShape& shape)
    : normal_(normal),
      code_(normal.program.code),
      phase_(phases_of(normal.program, normal.first_result, normal.reductions)),
      place_(code_.size(), kNowhere),
      own_(static_cast<uint32_t>(shape.operands.size())) {
  for (int p : phase_) count_ = std::max(count_, p + 1);
  if (count_ == 1) return;
  find_rows(shape);
  find_places(inputs, shape);
}

template <class F>
void Phases::for_reads(uint16_t v, F&& f) const {
  const uint16_t from[] = {code_[v].a, code_[v].b, code_[v].c};
  for (int k = 0; k < operand_count(code_[v].op); ++k) f(from[k]);
}

void Phases::find_rows(const BlockShape& shape) {
  for (size_t v = 0; v < code_.size(); ++v) {
    const ScalarInstruction& i = code_[v];
    bool row = i.op != ScalarOp::Input || shape.operands[i.a].pattern < Pattern::Column;
    for_reads(static_cast<uint16_t>(v), [&](uint16_t r) { row = row && in_row_[r]; });
    in_row_.push_back(row);
  }
}

void Phases::find_places(size_t inputs, BlockShape& shape) {
  std::vector<bool> read_later(code_.size(), false);
  for (size_t v = 0; v < code_.size(); ++v) {
    for_reads(static_cast<uint16_t>(v), [&](uint16_t r) {
      if (phase_[r] < phase_[v]) read_later[r] = true;
    });
  }
  std::vector<int> cost(code_.size(), 0);
  for (size_t k = 0; k < code_.size(); ++k) {
    const auto v = static_cast<uint16_t>(k);
    if (in_row_[v]) continue;
    cost[v] = cost_of(code_[v].op);
    for_reads(v, [&](uint16_t r) { cost[v] = std::min(cost[v] + cost[r], 1000); });
    if (!read_later[v] || code_[v].type != ScalarType::F32 || cost[v] <= kCheapAgain) continue;
    place_[v] = result_of(v, inputs, shape);
    if (place_[v] == kNowhere) {
      place_[v] = static_cast<uint32_t>(shape.operands.size());
      shape.operands.push_back({DType::Float32, Pattern::Column});
    }
    cost[v] = 1;
  }
}

// A result of the loop from which the value can be read again.
uint32_t Phases::result_of(uint16_t v, size_t inputs, const BlockShape& shape) const {
  for (size_t k = 0; k < normal_.stores.size(); ++k) {
    const JitOperand& operand = shape.operands[inputs + k];
    if (normal_.stores[k] == v && operand.dtype == DType::Float32 &&
        operand.pattern == Pattern::Full)
      return static_cast<uint32_t>(inputs + k);
  }
  return kNowhere;
}

std::vector<uint16_t> Phases::needed(int phase) const {
  std::vector<bool> wanted(code_.size(), false);
  auto want = [&](uint16_t v) {
    if (phase_[v] == phase) wanted[v] = true;
  };
  for (uint16_t v : normal_.stores) want(v);
  for (uint16_t v : normal_.reductions) want(v);
  for (size_t v = 0; v < code_.size(); ++v) {
    if (place_[v] != kNowhere) want(static_cast<uint16_t>(v));
  }
  std::vector<uint16_t> order;
  for (size_t k = code_.size(); k-- > 0;) {
    const auto v = static_cast<uint16_t>(k);
    if (!wanted[v]) continue;
    order.push_back(v);
    if (!is_read(v, phase)) for_reads(v, [&](uint16_t r) { wanted[r] = true; });
  }
  std::reverse(order.begin(), order.end());
  return order;
}

}  // namespace lamina::cpu::jit
