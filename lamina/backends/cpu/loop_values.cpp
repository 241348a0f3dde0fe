#include "lamina/backends/cpu/loop_values.h"

#include <algorithm>

namespace lamina::cpu {

namespace {

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

}  // namespace

LoopValues::LoopValues(const Loop& loop, const LoopDomain& domain)
    : normal(normalize(loop)),
      operands(operands_of(loop)),
      uses(code().size(), 0),
      uniform(code().size()),
      constant_in_time(code().size()),
      fused(code().size()),
      kept(code().size()),
      phase(phases_of(normal.program, normal.first_result, normal.reductions)) {
  for (int p : phase) phases = std::max(phases, p + 1);
  count_uses();
  classify(domain);
  fuse_comparisons();
}

SmallVector<uint16_t, 4> LoopValues::reads(uint16_t v) const {
  const ScalarInstruction& i = code()[v];
  const uint16_t all[] = {i.a, i.b, i.c};
  SmallVector<uint16_t, 4> result;
  for (int k = 0; k < operand_count(i.op); ++k) {
    if (fused[all[k]]) {
      result.push_back(code()[all[k]].a), result.push_back(code()[all[k]].b);
    } else {
      result.push_back(all[k]);
    }
  }
  return result;
}

void LoopValues::count_uses() {
  for (uint16_t v : normal.stores) ++uses[v];
  for (uint16_t v : normal.reductions) ++uses[v];
  for (uint16_t v : normal.stores) kept[v] = true;
  for (uint16_t v : normal.reductions) kept[v] = true;
  for (size_t v = code().size(); v-- > 0;) {
    if (uses[v] == 0 || leaf(static_cast<uint16_t>(v))) continue;
    for (uint16_t r : reads(static_cast<uint16_t>(v))) ++uses[r];
  }
}

void LoopValues::classify(const LoopDomain& domain) {
  for (size_t k = 0; k < operands.size(); ++k)
    access.push_back(access_of(domain, k, operands[k].dtype));
  for (uint16_t v = 0; v < code().size(); ++v) {
    if (code()[v].op == ScalarOp::Constant) {
      uniform[v] = constant_in_time[v] = true;
    } else if (code()[v].op == ScalarOp::Input) {
      size_t k = code()[v].a;
      uniform[v] = access[k] == Access::Uniform;
      constant_in_time[v] = uniform[v] && !result(v);
      for (const DomainAxis& axis : domain.outer) {
        if (axis.stride[k] != 0) constant_in_time[v] = false;
      }
    } else {
      uniform[v] = constant_in_time[v] = true;
      for (uint16_t r : reads(v)) {
        uniform[v] = uniform[v] && uniform[r];
        constant_in_time[v] = constant_in_time[v] && constant_in_time[r];
      }
    }
  }
}

// where(a < b, x, y) of floats is one step: no tile of Bool between.
void LoopValues::fuse_comparisons() {
  for (uint16_t v = 0; v < code().size(); ++v) {
    const ScalarInstruction& i = code()[v];
    if (i.op != ScalarOp::Select || uses[v] == 0 || uniform[v] || uses[i.a] != 1) continue;
    const ScalarInstruction& test = code()[i.a];
    bool compare = test.op == ScalarOp::Equal || test.op == ScalarOp::NotEqual ||
                   test.op == ScalarOp::Less || test.op == ScalarOp::LessEqual;
    if (compare && is_float(i.type) && code()[test.a].type == i.type && !uniform[i.a])
      fused[i.a] = true;
  }
}

}  // namespace lamina::cpu
