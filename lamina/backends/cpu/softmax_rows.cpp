#include "lamina/backends/cpu/softmax_rows.h"

#include "lamina/backends/cpu/targets.h"

#include <algorithm>
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

void exponential_rows(float* x, int64_t rows, int64_t n, float* inverse_sums, float* logsumexp) {
  constexpr float kNothing = -std::numeric_limits<float>::infinity();
  const D d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t row = 0; row < rows; ++row, x += n) {
    const float most = row_maximum(d, x, n);
    logsumexp[row] = most;
    inverse_sums[row] = exponentials<true>(d, x, x, n, most == kNothing ? 0 : most);
  }
  for (int64_t row = 0; row < rows; row += N) {
    const size_t few = static_cast<size_t>(std::min(N, rows - row));
    const V sum = load_few(d, inverse_sums + row, few), most = load_few(d, logsumexp + row, few);
    const auto none = hn::Eq(sum, hn::Zero(d));
    const V log = hn::IfThenElse(none, hn::Set(d, kNothing), hn::Add(vector_log(d, sum), most));
    const V inverse = hn::IfThenElse(none, hn::Set(d, 1), hn::Div(hn::Set(d, 1), sum));
    store_few(d, log, logsumexp + row, few);
    store_few(d, inverse, inverse_sums + row, few);
  }
}

SoftmaxFunction softmax_of(bool log) { return log ? log_softmax : softmax; }

ExponentialsFunction exponentials_of() { return exponential_rows; }

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(softmax_of);
SoftmaxFunction softmax_rows(bool log) { return HWY_DYNAMIC_DISPATCH(softmax_of)(log); }
HWY_EXPORT(exponentials_of);
ExponentialsFunction exponentials_of_rows() { return HWY_DYNAMIC_DISPATCH(exponentials_of)(); }
}  // namespace lamina::cpu
#endif
