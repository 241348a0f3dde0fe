#include "lamina/ops/compose/attention_parts.h"

#include <algorithm>
#include <limits>

#include "lamina/base/error.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/iota.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"

namespace lamina {

namespace {

constexpr double kNothing = -std::numeric_limits<double>::infinity();
constexpr int64_t kBlockScores = int64_t{1} << 20;
constexpr int64_t kMostBlocks = 16;
constexpr int64_t kLeastRows = 32;

void check_mask(const Inference& c, int number) {
  const Shape &q = c.shape(0), &mask = c.shape(number);
  Shape scores = q;
  scores.back() = c.shape(1)[q.rank() - 2];
  bool fits = mask.rank() == q.rank();
  for (int i = 0; fits && i < mask.rank(); ++i) fits = mask[i] == 1 || mask[i] == scores[i];
  if (!fits) {
    throw c.error<ShapeError>("expected a mask that broadcasts to the scores ", scores, ", got ",
                              mask);
  }
  if (c.dtype(number) != bool_ && c.dtype(number) != c.dtype(0)) {
    throw c.error<DTypeError>("expected a mask of bool or ", c.dtype(0), ", got ", c.dtype(number));
  }
}

}  // namespace

void check_attention(const Inference& c, int mask) {
  const Shape &q = c.shape(0), &k = c.shape(1), &v = c.shape(2);
  const int rank = q.rank();
  bool fits = rank >= 2 && k.rank() == rank && v.rank() == rank;
  for (int i = 0; fits && i + 2 < rank; ++i) fits = k[i] == q[i] && v[i] == q[i];
  fits = fits && k[rank - 1] == q[rank - 1] && v[rank - 2] == k[rank - 2];
  if (!fits) {
    throw c.error<ShapeError>(
        "expected query [.., L, E], key [.., S, E] and value [.., S, V], got ", q, ", ", k, " and ",
        v);
  }
  if (!is_floating(c.dtype(0)))
    throw c.error<DTypeError>("expected floating-point numbers, got ", c.dtype(0));
  for (int i : {1, 2, 3}) {
    if (c.dtype(i) != c.dtype(0)) {
      throw c.error<DTypeError>("expected ", c.op.inputs[static_cast<size_t>(i)], " of ",
                                c.dtype(0), ", got ", c.dtype(i));
    }
  }
  if (c.shape(3).rank() != 0)
    throw c.error<ShapeError>("expected scale to be one number, got ", c.shape(3));
  if (c.input_count() > mask) check_mask(c, mask);
}

Array query_rows(const Array& x, int64_t first, int64_t last) {
  IntList start(static_cast<size_t>(x.ndim()), 0), stop = sizes_of(x);
  const size_t axis = static_cast<size_t>(x.ndim()) - 2;
  if (first == 0 && last == stop[axis]) return x;
  start[axis] = first, stop[axis] = last;
  return slice(x, std::move(start), std::move(stop));
}

Array matrix_transposed(Array x) { return swapaxes(std::move(x), -1, -2); }

int64_t AttentionProblem::block_rows() const {
  int64_t batch = 1;
  for (int i = 0; i + 2 < query.ndim(); ++i) batch *= query.shape(i);
  const int64_t row_scores = std::max<int64_t>(1, batch * key.shape(-2));
  const int64_t rows = std::max(kLeastRows, kBlockScores / row_scores);
  return std::max({rows, (queries() + kMostBlocks - 1) / kMostBlocks, int64_t{1}});
}

Array AttentionProblem::products(int64_t first, int64_t last) const {
  return matmul(query_rows(query, first, last), matrix_transposed(key));
}

Array AttentionProblem::scores(Array products, int64_t first, int64_t last) const {
  Array s = std::move(products) * scale;
  if (mask) {
    Array part = mask.shape(-2) == 1 ? mask : query_rows(mask, first, last);
    s = mask.dtype() == bool_ ? where(std::move(part), std::move(s), kNothing)
                              : std::move(s) + std::move(part);
  }
  if (is_causal) {
    Array row = expand_dims(iota(last - first, first), 1);
    s = where(iota(key.shape(-2)) <= std::move(row), std::move(s), kNothing);
  }
  return s;
}

}  // namespace lamina
