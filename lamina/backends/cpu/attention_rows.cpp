#include "lamina/backends/cpu/attention_rows.h"

#include "lamina/backends/cpu/targets.h"

#include <algorithm>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/attention_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lamina/backends/cpu/softmax_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

// Of at most 16 lanes: rows are padded to so many.
using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;

HWY_ATTR void row_products(const float* a, int64_t a_row, const float* b, int64_t b_row,
                           int64_t rows, int64_t columns, float* sums) {
  const D d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t row = 0; row < rows; ++row, a += a_row, b += b_row) {
    V sum = hn::Zero(d);
    int64_t i = 0;
    for (; i + N <= columns; i += N)
      sum = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), sum);
    if (i < columns) {
      const size_t few = static_cast<size_t>(columns - i);
      sum = hn::MulAdd(load_few(d, a + i, few), load_few(d, b + i, few), sum);
    }
    sums[row] = hn::GetLane(hn::SumOfLanes(d, sum));
  }
}

// Scores are hardly ever over their logsumexp, but somebody else's may be.
HWY_ATTR HWY_INLINE V weight_of(D d, V score, V logsumexp) {
  const V v = hn::Sub(score, logsumexp);
  const V infinite = hn::Set(d, std::numeric_limits<float>::infinity());
  return hn::IfThenElse(hn::Gt(v, hn::Set(d, 88.0f)), infinite, exp_not_positive(d, v));
}

HWY_ATTR void weights(float* scores, float* slopes, int64_t row, int64_t keys, int64_t queries,
                      const float* logsumexp, const float* sums, float scale) {
  const D d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  const V factor = hn::Set(d, scale);
  for (int64_t key = 0; key < keys; ++key, scores += row) {
    for (int64_t i = 0; i < queries; i += N) {
      const V weight = weight_of(d, hn::Load(d, scores + i), hn::Load(d, logsumexp + i));
      hn::Store(weight, d, scores + i);
      if (slopes == nullptr) continue;
      const V slope = hn::Sub(hn::Load(d, slopes + i), hn::Load(d, sums + i));
      hn::Store(hn::Mul(hn::Mul(weight, slope), factor), d, slopes + i);
    }
    if (slopes != nullptr) slopes += row;
  }
}

HWY_ATTR const AttentionRows* rows() {
  static const AttentionRows functions = {row_products, weights};
  return &functions;
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(rows);
const AttentionRows& attention_rows() { return *HWY_DYNAMIC_DISPATCH(rows)(); }
}  // namespace lamina::cpu
#endif
