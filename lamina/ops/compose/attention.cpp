// attention(query, key, value, scale, mask) = softmax(query key^T scale + mask) value (Vaswani et
// al. 2017). The weights [.., L, S] are never all in memory: queries are taken in blocks, and the
// gradient makes each block's weights again from logsumexp, as FlashAttention does (Dao et al.
// 2022):
//
//   P = e^(S - logsumexp),  dV = P^T g,  dP = g V^T,  dS = P * (dP - sum(g * out)),
//   dQ = dS K scale,  dK = dS^T Q scale,  dmask = dS,  dscale = sum(dS * Q K^T)
//
// A cotangent h of logsumexp adds P * h to dS. Rows in which nothing may be looked at have
// logsumexp -inf: their weights, and gradients, are 0.
#include <algorithm>
#include <limits>
#include <vector>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/attention.h"
#include "lamina/ops/attention_attributes.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/iota.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina {

Array stop_gradient(Array x);  // autograd/vjp.h, below this folder

namespace {

constexpr double kNothing = -std::numeric_limits<double>::infinity();
constexpr int64_t kBlockScores = int64_t{1} << 20;  // of one block, about
constexpr int64_t kMostBlocks = 16;                 // each is a dozen instructions
constexpr int64_t kLeastRows = 32;

// Queries first .. last - 1 of [.., L, X].
Array rows_of(const Array& x, int64_t first, int64_t last) {
  IntList start(static_cast<size_t>(x.ndim()), 0), stop = sizes_of(x);
  const size_t axis = static_cast<size_t>(x.ndim()) - 2;
  if (first == 0 && last == stop[axis]) return x;
  start[axis] = first, stop[axis] = last;
  return slice(x, std::move(start), std::move(stop));
}

Array matrix_transposed(Array x) { return swapaxes(std::move(x), -1, -2); }

struct Problem {
  Array query, key, value, scale, mask;  // mask may be empty
  bool is_causal;

  static Problem of(const Context& c, bool is_causal) {
    return {
        c.input(0), c.input(1), c.input(2), c.input(3), c.input_count() > 4 ? c.input(4) : Array(),
        is_causal};
  }

  int64_t queries() const { return query.shape(-2); }

  int64_t block_rows() const {
    int64_t batch = 1;
    for (int i = 0; i + 2 < query.ndim(); ++i) batch *= query.shape(i);
    const int64_t row_scores = std::max<int64_t>(1, batch * key.shape(-2));
    const int64_t rows = std::max(kLeastRows, kBlockScores / row_scores);
    return std::max({rows, (queries() + kMostBlocks - 1) / kMostBlocks, int64_t{1}});
  }

  // Scores without the scale, and with scale and masks, of a block of queries.
  Array products(int64_t first, int64_t last) const {
    return matmul(rows_of(query, first, last), matrix_transposed(key));
  }
  Array scores(Array products, int64_t first, int64_t last) const {
    Array s = std::move(products) * scale;
    if (mask) {
      Array part = mask.shape(-2) == 1 ? mask : rows_of(mask, first, last);
      s = mask.dtype() == bool_ ? where(std::move(part), std::move(s), kNothing)
                                : std::move(s) + std::move(part);
    }
    if (is_causal) {
      Array row = expand_dims(iota(last - first, first), 1);
      s = where(iota(key.shape(-2)) <= std::move(row), std::move(s), kNothing);
    }
    return s;
  }
  // e^(s - logsumexp), 0 in rows without a score.
  static Array weights(Array s, const Array& logsumexp) {
    Array shift = expand_dims(where(logsumexp == kNothing, 0.0, logsumexp), -1);
    return exp(std::move(s) - std::move(shift));
  }
};

// Weights of scores before they are divided by their sums.
struct Exponentials {
  Array values, sums, logsumexp;  // sums [.., L, 1] are 1 in rows without a score

  explicit Exponentials(Array s) {
    Array largest = s.shape(-1) == 0 ? sum(s, {.axis = -1, .keepdims = true}) + kNothing
                                     : max(stop_gradient(s), {.axis = -1, .keepdims = true});
    Array none = largest == kNothing;
    largest = where(none, 0.0, std::move(largest));
    values = exp(std::move(s) - largest);
    sums = where(none, 1.0, sum(values, {.axis = -1, .keepdims = true}));
    logsumexp = squeeze(where(none, kNothing, log(sums) + std::move(largest)), {-1});
  }
};

}  // namespace

struct Attention {
  static constexpr auto name = "attention";
  static constexpr const char* inputs[] = {"query", "key", "value", "scale", "mask?"};
  static constexpr bool multiple = true;
  using Attributes = AttentionAttributes;
  static void infer(Inference& c) {
    const Shape &q = c.shape(0), &k = c.shape(1), &v = c.shape(2);
    const int rank = q.rank();
    bool fits = rank >= 2 && k.rank() == rank && v.rank() == rank;
    for (int i = 0; fits && i + 2 < rank; ++i) fits = k[i] == q[i] && v[i] == q[i];
    fits = fits && k[rank - 1] == q[rank - 1] && v[rank - 2] == k[rank - 2];
    if (!fits) {
      throw c.error<ShapeError>(
          "expected query [.., L, E], key [.., S, E] and value [.., S, V], got ", q, ", ", k,
          " and ", v);
    }
    if (!is_floating(c.dtype(0)))
      throw c.error<DTypeError>("expected floating-point numbers, got ", c.dtype(0));
    for (int i : {1, 2, 3}) {
      if (c.dtype(i) != c.dtype(0)) {
        throw c.error<DTypeError>("expected ", inputs[i], " of ", c.dtype(0), ", got ", c.dtype(i));
      }
    }
    if (c.shape(3).rank() != 0)
      throw c.error<ShapeError>("expected scale to be one number, got ", c.shape(3));
    if (c.input_count() > 4) check_mask(c);
    Shape output = q, rows = q;
    output[rank - 1] = v[rank - 1];
    rows.pop_back();
    c.output(c.dtype(0), std::move(output));
    c.output(c.dtype(0), std::move(rows));
  }
  static void check_mask(Inference& c) {
    const Shape &q = c.shape(0), &mask = c.shape(4);
    Shape scores = q;
    scores.back() = c.shape(1)[q.rank() - 2];
    bool fits = mask.rank() == q.rank();
    for (int i = 0; fits && i < mask.rank(); ++i) fits = mask[i] == 1 || mask[i] == scores[i];
    if (!fits) {
      throw c.error<ShapeError>("expected a mask that broadcasts to the scores ", scores, ", got ",
                                mask);
    }
    if (c.dtype(4) != bool_ && c.dtype(4) != c.dtype(0)) {
      throw c.error<DTypeError>("expected a mask of bool or ", c.dtype(0), ", got ", c.dtype(4));
    }
  }
  static std::vector<Array> decompose(Context& c) {
    const Problem p = Problem::of(c, c.attributes<Attributes>().is_causal);
    std::vector<Array> outputs, sums;
    const int64_t step = p.block_rows();
    for (int64_t first = 0; first == 0 || first < p.queries(); first += step) {
      const int64_t last = std::min(first + step, p.queries());
      Exponentials e(p.scores(p.products(first, last), first, last));
      outputs.push_back(matmul(std::move(e.values), p.value) / std::move(e.sums));
      sums.push_back(std::move(e.logsumexp));
    }
    if (outputs.size() == 1) return {std::move(outputs[0]), std::move(sums[0])};
    return {concatenate(std::move(outputs), -2), concatenate(std::move(sums), -1)};
  }
  static void gradient(Context& c) {
    const Problem p = Problem::of(c, c.attributes<Attributes>().is_causal);
    const Array g = c.cotangent(0);
    const Array delta = sum(g * c.output(0), {.axis = -1, .keepdims = true});
    const Array of_sums = c.has_cotangent(1) ? c.cotangent(1) : Array();
    std::vector<Array> queries, masks;
    Array key, value, scale;
    auto add = [](Array& total, Array part) { total = total ? total + part : part; };
    const int64_t step = p.block_rows();
    for (int64_t first = 0; first == 0 || first < p.queries(); first += step) {
      const int64_t last = std::min(first + step, p.queries());
      Array products = p.products(first, last);
      Array lse = expand_dims(c.output(1), -1), g_rows = rows_of(g, first, last);
      Array weights = Problem::weights(p.scores(products, first, last),
                                       squeeze(rows_of(lse, first, last), {-1}));
      if (c.wants(2)) add(value, matmul(matrix_transposed(weights), g_rows));
      Array d = matmul(g_rows, matrix_transposed(p.value)) - rows_of(delta, first, last);
      if (of_sums) d = d + rows_of(expand_dims(of_sums, -1), first, last);
      d = weights * d;
      if (c.wants(0)) queries.push_back(matmul(d, p.key) * p.scale);
      if (c.wants(1)) {
        add(key, matmul(matrix_transposed(d), rows_of(p.query, first, last)) * p.scale);
      }
      // Products of masked pairs do not count: their weights are 0.
      if (c.wants(3)) add(scale, sum(d * products));
      if (p.mask && c.wants(4)) masks.push_back(d);
    }
    auto joined = [](std::vector<Array> parts) {
      return parts.size() == 1 ? parts[0] : concatenate(std::move(parts), -2);
    };
    if (c.wants(0)) c.give(0, joined(std::move(queries)));
    if (c.wants(1)) c.give(1, std::move(key));
    if (c.wants(2)) c.give(2, std::move(value));
    if (c.wants(3)) c.give(3, std::move(scale));
    if (p.mask && c.wants(4)) c.give(4, joined(std::move(masks)));
  }
  static void samples(Samples& s) {
    const SampleInput scale(Shape{}, float32, 0.3, 0.6);
    s.call({{4, 3}, {5, 3}, {5, 2}, scale}, Attributes{});
    s.call({{2, 3, 6, 4}, {2, 3, 6, 4}, {2, 3, 6, 4}, scale}, Attributes{true});
    s.call({{2, 4, 3}, {2, 5, 3}, {2, 5, 2}, scale, {2, 4, 5}}, Attributes{});
    s.call({{2, 4, 3}, {2, 5, 3}, {2, 5, 2}, scale, {1, 1, 5}}, Attributes{});
    // With so many keys each query may look at one: logsumexp would be -inf, and not
    // differentiable.
    s.call({{2, 4, 3}, {2, 12, 3}, {2, 12, 2}, scale, SampleInput({1, 4, 12}, bool_)},
           Attributes{});
    s.call({{70, 3}, {40, 3}, {40, 2}, scale}, Attributes{true});
    s.call({{0, 3}, {5, 3}, {5, 2}, scale}, Attributes{})
        .call({{1, 1}, {1, 1}, {1, 1}, scale}, Attributes{});
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput scale(Shape{}, float32, 0.3, 0.6);
    s.call({{4, 3}, {5, 2}, {5, 2}, scale}, Attributes{}, "expected query [.., L, E]");
    s.call({{4, 3}, {5, 3}, {6, 2}, scale}, Attributes{}, "expected query [.., L, E]");
    s.call({{4, 3}, {5, 3}, {5, 2}, {2}}, Attributes{}, "expected scale to be one number, got [2]");
    s.call({{4, 3}, {5, 3}, {5, 2}, scale, {4, 4}}, Attributes{},
           "expected a mask that broadcasts to the scores [4, 5], got [4, 4]");
    s.call({{4, 3}, {5, 3}, {5, 2}, scale, SampleInput({4, 5}, int32)}, Attributes{},
           "expected a mask of bool or float32, got int32");
    s.call({{4, 3}, SampleInput({5, 3}, float64), {5, 2}, scale}, Attributes{},
           "expected key of float32, got float64");
  }
  static constexpr auto doc =
      "softmax(query key^T scale + mask) value, and logsumexp of each query's scores.";
};
LAMINA_OP(Attention)

AttentionResult attention(Array query, Array key, Array value, Array scale, Array mask,
                          bool is_causal) {
  std::vector<Array> inputs{std::move(query), std::move(key), std::move(value), std::move(scale)};
  if (mask) inputs.push_back(std::move(mask));
  std::vector<Array> outputs = record_multiple(ops::op_Attention(), inputs,
                                               make_attributes(Attention::Attributes{is_causal}));
  return {std::move(outputs[0]), std::move(outputs[1])};
}

Array attention_weights(Array query, Array key, Array scale, Array mask, bool is_causal) {
  const int64_t queries = query.shape(-2);
  Problem p{std::move(query), std::move(key), {}, std::move(scale), std::move(mask), is_causal};
  Exponentials e(p.scores(p.products(0, queries), 0, queries));
  return std::move(e.values) / std::move(e.sums);
}

}  // namespace lamina
