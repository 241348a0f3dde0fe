#include "lamina/backends/cpu/loop_reduction.h"

#include "lamina/op/scalar_eval.h"

namespace lamina::cpu {

std::vector<LoopReduction> reductions_of(const Loop& loop, const LoopDomain& domain) {
  std::vector<LoopReduction> all;
  for (size_t k = 0; k < loop.reductions.size(); ++k) {
    const Loop::Reduction& r = loop.reductions[k];
    const ScalarType type = accumulator_type(r.monoid, loop.program.code[r.value].type);
    const ScalarType stored = scalar_type(r.operand.dtype);
    LoopReduction reduction;
    reduction.operand = loop.inputs.size() + loop.stores.size() + k;
    reduction.combine = combine_function(r.monoid, type);
    reduction.type = type;
    reduction.cast = stored == type ? nullptr : cast_step(type, stored);
    reduction.store = store_function(r.operand.dtype);
    const ScalarValue identity = domain.elements == 0
                                     ? monoid_of_nothing(r.monoid, type, r.operand.dtype)
                                     : monoid_identity(r.monoid, type);
    reduction.identity = identity.u64;
    all.push_back(reduction);
  }
  return all;
}

}  // namespace lamina::cpu
