#include "lamina/backends/cpu/loop_chain.h"

namespace lamina::cpu {

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
    case ScalarOp::RoundBFloat16:
      code = ChainCode::RoundBFloat16;
      return true;
    case ScalarOp::RoundFloat16:
      code = ChainCode::RoundFloat16;
      return true;
    default:
      return false;
  }
}

bool chains(const LoopValues& values, uint16_t v) {
  ChainCode code = ChainCode::Load;
  const ScalarInstruction& i = values.code()[v];
  return is_float(i.type) && chain_code(i.op, 0, code);
}

std::vector<uint16_t> schedule(const LoopValues& values, const std::vector<uint16_t>& some) {
  constexpr uint16_t kNone = 0xffff;
  std::vector<uint16_t> order;
  std::vector<bool> done(values.code().size(), true);
  for (uint16_t v : some) done[v] = false;
  auto ready = [&](uint16_t v) {
    for (uint16_t r : values.reads(v)) {
      if (!done[r]) return false;
    }
    return true;
  };
  auto follower = [&](uint16_t last) {
    for (bool want_chain : {true, false}) {
      for (uint16_t v : some) {
        if (done[v] || v < last || (want_chain && !chains(values, v)) || !ready(v)) continue;
        for (uint16_t r : values.reads(v)) {
          if (r == last) return v;
        }
      }
    }
    return kNone;
  };
  for (uint16_t v : some) {
    while (v != kNone && !done[v]) {
      done[v] = true;
      order.push_back(v);
      v = follower(v);
    }
  }
  return order;
}

}  // namespace lamina::cpu
