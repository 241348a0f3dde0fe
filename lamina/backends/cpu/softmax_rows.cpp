#include "lamina/backends/cpu/softmax_rows.h"

#include "lamina/backends/cpu/targets.h"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/softmax_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lamina/backends/cpu/softmax_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

void softmax(const float* x, float* y, int64_t rows, int64_t n) {
  const D d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t row = 0; row < rows; ++row, x += n, y += n) {
    const float sum = exponentials<true>(d, x, y, n, row_maximum(d, x, n));
    const V scale = hn::Set(d, 1 / sum);
    int64_t i = 0;
    for (; i + N <= n; i += N) hn::StoreU(hn::Mul(hn::LoadU(d, y + i), scale), d, y + i);
    for (; i < n; ++i) y[i] *= 1 / sum;
  }
}

// x - most is exact where it matters, so log(sum) is subtracted after it and not together with
// most.
void log_softmax(const float* x, float* y, int64_t rows, int64_t n) {
  const D d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t row = 0; row < rows; ++row, x += n, y += n) {
    const float most = row_maximum(d, x, n);
    const float rest = std::log(exponentials<false>(d, x, nullptr, n, most));
    const V m = hn::Set(d, most), r = hn::Set(d, rest);
    int64_t i = 0;
    for (; i + N <= n; i += N) hn::StoreU(hn::Sub(hn::Sub(hn::LoadU(d, x + i), m), r), d, y + i);
    for (; i < n; ++i) y[i] = (x[i] - most) - rest;
  }
}

SoftmaxFunction softmax_of(bool log) { return log ? log_softmax : softmax; }

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(softmax_of);
SoftmaxFunction softmax_rows(bool log) { return HWY_DYNAMIC_DISPATCH(softmax_of)(log); }
}  // namespace lamina::cpu
#endif
