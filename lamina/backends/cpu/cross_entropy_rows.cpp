#include "lamina/backends/cpu/cross_entropy_rows.h"

#include "lamina/backends/cpu/targets.h"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/cross_entropy_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lamina/backends/cpu/softmax_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

// The loss is log(sum) + (most - x[label]) rather than logsumexp - x[label], which would lose the
// digits of a small loss when logits are large.
void forward(const float* x, const int32_t* labels, float* loss, float* logsumexp, int64_t rows,
             int64_t n) {
  const D d;
  for (int64_t row = 0; row < rows; ++row, x += n) {
    const float most = row_maximum(d, x, n);
    const float rest = std::log(exponentials<false>(d, x, nullptr, n, most));
    logsumexp[row] = most + rest;
    loss[row] = labels[row] < 0 ? most + rest : rest + (most - x[labels[row]]);
  }
}

// (e^(x - logsumexp) - 1 at the label) * cotangent for one vector that begins at column `first`.
HWY_INLINE V gradient_at(D d, V x, int64_t first, int32_t label, V logsumexp, V cotangent) {
  const hn::Rebind<int32_t, D> di;
  const auto here = hn::Eq(hn::Iota(di, static_cast<int32_t>(first)), hn::Set(di, label));
  const V one = hn::IfThenElseZero(hn::RebindMask(d, here), hn::Set(d, 1.0f));
  return hn::Mul(hn::Sub(vector_exp(d, hn::Sub(x, logsumexp)), one), cotangent);
}

void gradient(const float* x, const int32_t* labels, const float* logsumexp,
              const float* cotangent, float* y, int64_t rows, int64_t n) {
  const D d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t row = 0; row < rows; ++row, x += n, y += n) {
    const V lse = hn::Set(d, logsumexp[row]), scale = hn::Set(d, cotangent[row]);
    int64_t i = 0;
    for (; i + N <= n; i += N) {
      hn::StoreU(gradient_at(d, hn::LoadU(d, x + i), i, labels[row], lse, scale), d, y + i);
    }
    if (i < n) {
      const size_t few = static_cast<size_t>(n - i);
      store_few(d, gradient_at(d, load_few(d, x + i, few), i, labels[row], lse, scale), y + i, few);
    }
  }
}

CrossEntropyRows functions() { return {forward, gradient}; }

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(functions);
CrossEntropyRows cross_entropy_rows() { return HWY_DYNAMIC_DISPATCH(functions)(); }
}  // namespace lamina::cpu
#endif
