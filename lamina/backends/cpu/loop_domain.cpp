#include "lamina/backends/cpu/loop_domain.h"

#include <algorithm>
#include <cstdlib>

#include "lamina/op/scalar_eval.h"

namespace lamina::cpu {

namespace {

// Rows shorter than this are taken several to a tile.
constexpr int64_t kShortRow = 512;
constexpr int64_t kShortSum = 2048;

// Operands by their say in the order of the axes: what is written, then inputs, those with the
// fewest broadcast axes first, then results of reductions.
std::vector<size_t> by_importance(const Loop& loop) {
  std::vector<size_t> order;
  size_t inputs = loop.inputs.size(), stores = loop.stores.size();
  for (size_t k = 0; k < stores; ++k) order.push_back(inputs + k);
  for (size_t k = 0; k < inputs; ++k) order.push_back(k);
  auto broadcast_axes = [&](size_t input) {
    const Strides& strides = loop.inputs[input].strides;
    return std::count(strides.begin(), strides.end(), 0);
  };
  std::stable_sort(order.begin() + static_cast<int64_t>(stores), order.end(),
                   [&](size_t a, size_t b) { return broadcast_axes(a) < broadcast_axes(b); });
  for (size_t k = 0; k < loop.reductions.size(); ++k) order.push_back(inputs + stores + k);
  return order;
}

bool outside_of(const DomainAxis& a, const DomainAxis& b, const std::vector<size_t>& importance) {
  for (size_t operand : importance) {
    int64_t x = std::abs(a.stride[operand]), y = std::abs(b.stride[operand]);
    if (x != 0 && y != 0 && x != y) return x > y;
  }
  return false;
}

// By insertion: the relation is not transitive where operands disagree, which std::sort must not
// see.
void sort_axes(std::vector<DomainAxis>& axes, const std::vector<size_t>& importance) {
  for (size_t i = 1; i < axes.size(); ++i) {
    for (size_t k = i; k > 0 && outside_of(axes[k], axes[k - 1], importance); --k) {
      std::swap(axes[k], axes[k - 1]);
    }
  }
}

bool mergeable(const DomainAxis& outer, const DomainAxis& inner) {
  if (outer.reduced != inner.reduced) return false;
  for (size_t k = 0; k < outer.stride.size(); ++k) {
    if (outer.stride[k] != inner.stride[k] * inner.size) return false;
  }
  return true;
}

void merge_axes(std::vector<DomainAxis>& axes) {
  std::vector<DomainAxis> merged;
  for (DomainAxis& axis : axes) {
    if (!merged.empty() && mergeable(merged.back(), axis)) {
      axis.size *= merged.back().size;
      merged.back() = std::move(axis);
    } else {
      merged.push_back(std::move(axis));
    }
  }
  axes = std::move(merged);
}

// The outer axis along which an operand is contiguous that is not so along the column, or -1.
int transposed_axis(const LoopDomain& domain, const std::vector<LoopOperand>& operands,
                    size_t count) {
  if (domain.column.size < 8 || domain.elements < 4096) return -1;
  for (size_t k = 0; k < count; ++k) {
    int64_t bytes = static_cast<int64_t>(size_of(operands[k].dtype));
    int64_t along = std::abs(domain.column.stride[k]);
    if (along == 0 || along == bytes) continue;
    for (size_t axis = 0; axis < domain.outer.size(); ++axis) {
      if (domain.outer[axis].size >= 8 && std::abs(domain.outer[axis].stride[k]) == bytes) {
        return static_cast<int>(axis);
      }
    }
  }
  return -1;
}

// Those that are not of size 1.
std::vector<DomainAxis> axes_of(const Loop& loop, const std::vector<LoopOperand>& operands) {
  std::vector<DomainAxis> axes;
  for (size_t d = 0; d < loop.domain.size(); ++d) {
    if (loop.domain[d] == 1) continue;
    DomainAxis axis;
    axis.size = loop.domain[d];
    axis.reduced = !loop.reductions.empty() && !loop.reduced.empty() && loop.reduced[d];
    for (const LoopOperand& operand : operands) {
      axis.stride.push_back(operand.strides[d] * static_cast<int64_t>(size_of(operand.dtype)));
    }
    axes.push_back(std::move(axis));
  }
  return axes;
}

}  // namespace

std::vector<LoopOperand> operands_of(const Loop& loop) {
  std::vector<LoopOperand> operands = loop.inputs;
  for (const Loop::Store& store : loop.stores) operands.push_back(store.operand);
  for (const Loop::Reduction& reduction : loop.reductions) operands.push_back(reduction.operand);
  return operands;
}

LoopDomain arrange(const Loop& loop) {
  const std::vector<LoopOperand> operands = operands_of(loop);
  LoopDomain domain;
  domain.elements = loop.domain.elements();
  domain.outer = axes_of(loop, operands);
  sort_axes(domain.outer, by_importance(loop));
  if (domain.elements != 0) merge_axes(domain.outer);

  domain.row.stride.assign(operands.size(), 0);
  domain.column = domain.row;
  if (domain.outer.empty()) return domain;
  domain.column = domain.outer.back();
  domain.outer.pop_back();
  int row = transposed_axis(domain, operands, loop.inputs.size() + loop.stores.size());
  domain.transposed = row >= 0;
  // Also where all of a tile's rows, or of its columns, are added up.
  const bool sums = !domain.outer.empty() && domain.outer.back().reduced != domain.column.reduced;
  if (row < 0 && domain.column.size < (sums ? kShortSum : kShortRow)) {
    row = static_cast<int>(domain.outer.size()) - 1;
  }
  if (row >= 0) {
    domain.row = domain.outer[static_cast<size_t>(row)];
    domain.outer.erase(domain.outer.begin() + row);
  }
  return domain;
}

std::optional<LoopDomain> arrange_in_phases(const Loop& loop, std::string& refusal) {
  for (const Loop::Reduction& r : loop.reductions) {
    const ScalarType type = loop.program.code[r.value].type;
    const bool is_real = type == ScalarType::F32 || type == ScalarType::F64;
    if (is_real && r.monoid <= Monoid::Maximum && scalar_type(r.operand.dtype) == type &&
        size_of(r.operand.dtype) >= 4)
      continue;
    refusal = "results are not as they are added up";
    return std::nullopt;
  }
  const std::vector<LoopOperand> operands = operands_of(loop);
  LoopDomain domain;
  domain.in_phases = true;
  domain.elements = loop.domain.elements();
  std::vector<DomainAxis> reduced;
  for (DomainAxis& axis : axes_of(loop, operands)) {
    (axis.reduced ? reduced : domain.outer).push_back(std::move(axis));
  }
  if (domain.elements == 0) {
    refusal = "nothing to reduce";
    return std::nullopt;
  }
  sort_axes(domain.outer, by_importance(loop));
  merge_axes(domain.outer);
  merge_axes(reduced);
  domain.row.stride.assign(operands.size(), 0);
  domain.column = domain.row;
  if (!reduced.empty()) domain.column = std::move(reduced[0]);
  domain.column.reduced = false;
  for (size_t k = 0; k < operands.size(); ++k) {
    const int64_t stride = domain.column.stride[k];
    const bool contiguous = stride == static_cast<int64_t>(size_of(operands[k].dtype));
    if (reduced.size() <= 1 && (stride == 0 || contiguous)) continue;
    refusal = "rows are not contiguous";
    return std::nullopt;
  }
  return domain;
}

}  // namespace lamina::cpu
