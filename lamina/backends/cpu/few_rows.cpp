#include "lamina/backends/cpu/few_rows.h"

#include "lamina/backends/cpu/targets.h"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/few_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kPairs>;
using V = hn::Vec<D>;

void spread_few(const BFloat16* x, int64_t rows, int64_t depth, float* to) {
  const int64_t half = spread_row(depth) / 2;
  for (int64_t m = 0; m < rows; ++m, x += depth, to += 2 * half) {
    std::memset(to, 0, static_cast<size_t>(2 * half) * sizeof(float));
    for (int64_t k = 0; k < depth; ++k) to[k / 2 + (k % 2) * half] = x[k];
  }
}

// A vector of pairs; the last ones of a row are copied, as nothing may be read behind it.
HWY_INLINE hn::Vec<hn::RebindToUnsigned<D>> pairs(const BFloat16* w, int64_t k, int64_t depth) {
  const hn::RebindToUnsigned<D> du;
  const int64_t elements = 2 * static_cast<int64_t>(hn::Lanes(du));
  if (HWY_LIKELY(k + elements <= depth)) {
    return hn::LoadU(du, reinterpret_cast<const uint32_t*>(w + k));
  }
  alignas(64) uint32_t rest[kPairs] = {};
  std::memcpy(rest, w + k, static_cast<size_t>(depth - k) * sizeof(BFloat16));
  return hn::Load(du, rest);
}

template <int kRows, int kColumns>
HWY_INLINE void multiply_block(const float* x, int64_t depth, const BFloat16* w, BFloat16* y,
                               int64_t y_row) {
  const D d;
  const hn::RebindToUnsigned<D> du;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d)), row = spread_row(depth), half = row / 2;
  const auto upper = hn::Set(du, 0xffff0000u);
  V sums[kRows][kColumns];
  for (int m = 0; m < kRows; ++m) {
    for (int n = 0; n < kColumns; ++n) sums[m][n] = hn::Zero(d);
  }
  for (int64_t k = 0; k < depth; k += 2 * N) {
    V even[kColumns], odd[kColumns];
    for (int n = 0; n < kColumns; ++n) {
      const auto both = pairs(w + n * depth, k, depth);
      even[n] = hn::BitCast(d, hn::ShiftLeft<16>(both));
      odd[n] = hn::BitCast(d, hn::And(both, upper));
    }
    for (int m = 0; m < kRows; ++m) {
      const V x_even = hn::LoadU(d, x + m * row + k / 2);
      const V x_odd = hn::LoadU(d, x + m * row + half + k / 2);
      for (int n = 0; n < kColumns; ++n) {
        sums[m][n] = hn::MulAdd(even[n], x_even, sums[m][n]);
        sums[m][n] = hn::MulAdd(odd[n], x_odd, sums[m][n]);
      }
    }
  }
  for (int m = 0; m < kRows; ++m) {
    for (int n = 0; n < kColumns; ++n) {
      y[m * y_row + n] = BFloat16(hn::GetLane(hn::SumOfLanes(d, sums[m][n])));
    }
  }
}

template <int kRows>
void multiply_columns(const float* x, int64_t depth, const BFloat16* w, int64_t first, int64_t last,
                      BFloat16* y, int64_t y_row) {
  int64_t n = first;
  for (; n + 4 <= last; n += 4) multiply_block<kRows, 4>(x, depth, w + n * depth, y + n, y_row);
  for (; n < last; ++n) multiply_block<kRows, 1>(x, depth, w + n * depth, y + n, y_row);
}

void multiply_few(const float* x, int64_t rows, int64_t depth, const BFloat16* w, int64_t first,
                  int64_t last, BFloat16* y, int64_t y_row) {
  switch (rows) {
    case 1:
      return multiply_columns<1>(x, depth, w, first, last, y, y_row);
    case 2:
      return multiply_columns<2>(x, depth, w, first, last, y, y_row);
    case 3:
      return multiply_columns<3>(x, depth, w, first, last, y, y_row);
    default:
      return multiply_columns<kFewRows>(x, depth, w, first, last, y, y_row);
  }
}

const FewRowsKernels& few_rows_of() {
  static constexpr FewRowsKernels all{spread_few, multiply_few};
  return all;
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(few_rows_of);
const FewRowsKernels& few_rows_kernels() { return HWY_DYNAMIC_DISPATCH(few_rows_of)(); }
}  // namespace lamina::cpu
#endif
