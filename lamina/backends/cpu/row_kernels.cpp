// The kernels of row_kernels.h, compiled for each instruction set that Highway knows; the best one
// that the machine has runs.
#include "lamina/backends/cpu/row_kernels.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/row_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include "lamina/backends/cpu/applied_steps-inl.h"
#include "lamina/backends/cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Vectors of at most 512 bits, so that a panel's width is a constant where registers have one size.
using Tag = hn::CappedTag<float, 16>;
constexpr int64_t kVectors = 8;  // sums of a panel: as many as hide the latency of an addition
constexpr int64_t kWidest = kVectors * 16;

HWY_ATTR HWY_INLINE int64_t lanes_of() { return static_cast<int64_t>(hn::Lanes(Tag())); }

HWY_ATTR HWY_NOINLINE void panel_sums(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b,
                                      int64_t depth, float* HWY_RESTRICT to) {
  const Tag d;
  using V = hn::Vec<Tag>;
  const int64_t lanes = lanes_of(), width = kVectors * lanes;
  // Named one by one: an array of vectors would not stay in registers on every target.
  V s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  for (int64_t k = 0; k < depth; ++k, b += width) {
    const V factor = hn::Set(d, a[k]);
    s0 = hn::MulAdd(factor, hn::Load(d, b), s0);
    s1 = hn::MulAdd(factor, hn::Load(d, b + lanes), s1);
    s2 = hn::MulAdd(factor, hn::Load(d, b + 2 * lanes), s2);
    s3 = hn::MulAdd(factor, hn::Load(d, b + 3 * lanes), s3);
    s4 = hn::MulAdd(factor, hn::Load(d, b + 4 * lanes), s4);
    s5 = hn::MulAdd(factor, hn::Load(d, b + 5 * lanes), s5);
    s6 = hn::MulAdd(factor, hn::Load(d, b + 6 * lanes), s6);
    s7 = hn::MulAdd(factor, hn::Load(d, b + 7 * lanes), s7);
  }
  const V sums[] = {s0, s1, s2, s3, s4, s5, s6, s7};
  for (int64_t i = 0; i < kVectors; ++i) hn::Store(sums[i], d, to + i * lanes);
}

HWY_ATTR void multiply(const RowProduct& p, int64_t first, int64_t last, bool backwards) {
  using Extent = backend::AppliedStep::Extent;
  const Tag d;
  const int64_t lanes = lanes_of(), width = kVectors * lanes;
  HWY_ALIGN float tile[kWidest];
  for (int64_t n = first; n < last; ++n) {
    const int64_t panel = backwards ? first + last - 1 - n : n, column = panel * width;
    panel_sums(p.a, p.panels + column * p.depth, p.depth, tile);
    for (int64_t j = 0; j < std::min(width, p.columns - column); j += lanes) {
      const auto count = static_cast<size_t>(std::min(lanes, p.columns - column - j));
      auto value = hn::Load(d, tile + j);
      for (const backend::AppliedStep& step : p.steps) {
        auto extra = hn::Zero(d);
        if (step.extent == Extent::Number) extra = hn::Set(d, *step.extra);
        if (step.extent == Extent::Columns || step.extent == Extent::Result)
          extra = load_few(d, step.extra + column + j, count);
        value = applied(d, step.kind, value, extra);
      }
      store_few(d, value, p.c + column + j, count);
    }
  }
}

HWY_ATTR const RowKernels* row_kernel_table() {
  static const RowKernels instance = {kVectors * lanes_of(), multiply};
  return &instance;
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(row_kernel_table);
const RowKernels& row_kernels() { return *HWY_DYNAMIC_DISPATCH(row_kernel_table)(); }
}  // namespace lamina::cpu
#endif
