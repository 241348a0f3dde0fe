// attention_gradient: the cotangents of attention's arguments from those of its results. The weights
// are made again from logsumexp, a block of queries at a time (FlashAttention, Dao et al. 2022):
//
//   P = e^(S - logsumexp),  dV = P^T g,  dP = g V^T,  dS = P * (dP - sum(g * output) + h),
//   dQ = dS K scale,  dK = dS^T Q scale,  dmask = dS,  dscale = sum(dS * Q K^T)
//
// where g and h are the cotangents of output and logsumexp. Rows in which nothing may be looked at
// have logsumexp -inf: their weights, and gradients, are 0.
//
// A node of its own, so that what is recorded does not depend on the length, though the blocks do.
#include <algorithm>
#include <limits>
#include <vector>

#include "lamina/base/error.h"
#include "lamina/op/samples.h"
#include "lamina/ops/attention_attributes.h"
#include "lamina/ops/compose/attention_parts.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina {

namespace {

constexpr double kNothing = -std::numeric_limits<double>::infinity();

// Summed over the axes along which the mask was repeated; rows that belong to several queries are
// the caller's.
Array as_mask(Array scores, const Array& mask) {
  IntList axes;
  for (int i = 0; i < mask.ndim(); ++i) {
    if (mask.shape(i) == 1 && scores.shape(i) != 1) axes.push_back(i);
  }
  return axes.empty() ? scores : sum(std::move(scores), {.axis = axes, .keepdims = true});
}

}  // namespace

struct AttentionGradient {
  static constexpr auto name = "attention_gradient";
  static constexpr const char* inputs[] = {
      "query", "key", "value", "scale", "output", "logsumexp", "cotangent", "logsumexp_cotangent",
      "mask?"};
  static constexpr bool multiple = true;
  using Attributes = AttentionGradientAttributes;
  static void infer(Inference& c) {
    check_attention(c, 8);
    const auto& wanted = c.attributes<Attributes>();
    Shape output = c.shape(0), rows = c.shape(0);
    output.back() = c.shape(2).back();
    rows.pop_back();
    for (const int i : {4, 5, 6, 7}) {
      const Spec expected{c.dtype(0), i % 2 == 0 ? output : rows};
      if (c.dtype(i) == expected.dtype && c.shape(i) == expected.shape) continue;
      throw c.error<ShapeError>("expected ", inputs[i], " ", expected, ", got ", c.input(i));
    }
    const bool of_mask = c.input_count() > 8 && is_floating(c.dtype(8));
    if (wanted.mask && !of_mask) {
      throw c.error<ValueError>("expected a mask of ", c.dtype(0),
                                ", whose gradient is wanted, got ",
                                c.input_count() > 8 ? "one of bool" : "none");
    }
    const bool of[] = {wanted.query, wanted.key, wanted.value, wanted.scale};
    for (int i = 0; i < 4; ++i) {
      if (of[i]) c.output(c.dtype(0), c.shape(i));
    }
    if (wanted.mask) c.output(c.dtype(0), c.shape(8));
    if (c.outputs.empty()) throw c.error<ValueError>("expected something to be wanted");
  }
  static std::vector<Array> decompose(Context& c) {
    const auto& wanted = c.attributes<Attributes>();
    const AttentionProblem p{c.input(0),
                             c.input(1),
                             c.input(2),
                             c.input(3),
                             c.input_count() > 8 ? c.input(8) : Array(),
                             wanted.is_causal};
    const Array &output = c.input(4), &logsumexp = c.input(5), &g = c.input(6);
    // e^(S - logsumexp) is 0 in rows without a score.
    const Array shift = expand_dims(where(logsumexp == kNothing, 0.0, logsumexp), -1);
    const Array minus =
        sum(g * output, {.axis = -1, .keepdims = true}) - expand_dims(c.input(7), -1);
    const bool mask_of_rows = wanted.mask && p.mask.shape(-2) != 1;
    std::vector<Array> queries, masks;
    Array key, value, scale, mask;
    auto add = [](Array& total, Array part) { total = total ? total + part : part; };
    const int64_t step = p.block_rows();
    for (int64_t first = 0; first == 0 || first < p.queries(); first += step) {
      const int64_t last = std::min(first + step, p.queries());
      Array products = p.products(first, last), g_rows = query_rows(g, first, last);
      Array weights = exp(p.scores(products, first, last) - query_rows(shift, first, last));
      if (wanted.value) add(value, matmul(matrix_transposed(weights), g_rows));
      Array d = matmul(g_rows, matrix_transposed(p.value)) - query_rows(minus, first, last);
      d = weights * std::move(d);
      if (wanted.query) queries.push_back(matmul(d, p.key) * p.scale);
      if (wanted.key) {
        add(key, matmul(matrix_transposed(d), query_rows(p.query, first, last)) * p.scale);
      }
      // Products of masked pairs do not count: their weights are 0.
      if (wanted.scale) add(scale, sum(d * products));
      if (mask_of_rows) masks.push_back(as_mask(d, p.mask));
      if (wanted.mask && !mask_of_rows) add(mask, as_mask(d, p.mask));
    }
    const auto joined = [](std::vector<Array> parts) {
      return parts.size() == 1 ? parts[0] : concatenate(std::move(parts), -2);
    };
    std::vector<Array> outputs;
    if (wanted.query) outputs.push_back(joined(std::move(queries)));
    if (wanted.key) outputs.push_back(std::move(key));
    if (wanted.value) outputs.push_back(std::move(value));
    if (wanted.scale) outputs.push_back(std::move(scale));
    if (wanted.mask) outputs.push_back(mask_of_rows ? joined(std::move(masks)) : std::move(mask));
    return outputs;
  }
  static void samples(Samples& s) {
    const SampleInput scale(Shape{}, float32, 0.3, 0.6);
    const auto call = [&](IntList batch, int64_t queries, int64_t keys, int64_t width,
                          int64_t value_width, std::vector<SampleInput> mask,
                          Attributes attributes) {
      const auto with = [&](std::initializer_list<int64_t> last, double low = -2, double high = 2) {
        Shape shape(batch.begin(), batch.end());
        for (const int64_t size : last) shape.push_back(size);
        return SampleInput(shape, float32, low, high);
      };
      // Weights far over 1, as no logsumexp gives them, would make differences useless.
      std::vector<SampleInput> inputs{with({queries, width}),       with({keys, width}),
                                      with({keys, value_width}),    scale,
                                      with({queries, value_width}), with({queries}, 1, 3),
                                      with({queries, value_width}), with({queries})};
      inputs.insert(inputs.end(), mask.begin(), mask.end());
      s.call(std::move(inputs), attributes);
    };
    call({}, 4, 5, 3, 2, {}, {});
    call({2, 3}, 6, 6, 4, 4, {}, {.is_causal = true});
    call({2}, 4, 5, 3, 2, {{2, 4, 5}}, {.scale = true, .mask = true});
    call({2}, 4, 5, 3, 2, {{1, 1, 5}}, {.key = false, .mask = true});
    call({2}, 4, 5, 3, 2, {{1, 1, 5}}, {.query = false, .value = false});
    call({2}, 4, 7, 3, 2, {{2, 4, 1}}, {.query = false, .key = false});
    call({2}, 4, 12, 3, 2, {SampleInput({1, 4, 12}, bool_)}, {});
    call({2}, 4, 6, 3, 2, {SampleInput({2, 1, 6}, bool_)}, {.is_causal = true});
    call({}, 70, 40, 3, 2, {}, {.is_causal = true});
    call({}, 0, 5, 3, 2, {}, {});
    call({}, 1, 1, 1, 1, {}, {});
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput scale(Shape{}, float32, 0.3, 0.6), rows({4}), wide({4, 2});
    s.call({{4, 3}, {5, 2}, {5, 2}, scale, wide, rows, wide, rows}, Attributes{},
           "expected query [.., L, E]");
    s.call({{4, 3}, {5, 3}, {5, 2}, scale, {4, 3}, rows, wide, rows}, Attributes{},
           "expected output float32 [4, 2], got float32 [4, 3]");
    s.call({{4, 3}, {5, 3}, {5, 2}, scale, wide, rows, wide, {5}}, Attributes{},
           "expected logsumexp_cotangent float32 [4], got float32 [5]");
    s.call({{4, 3}, {5, 3}, {5, 2}, scale, wide, SampleInput({4}, float64), wide, rows},
           Attributes{}, "expected logsumexp float32 [4], got float64 [4]");
    s.call({{4, 3}, {5, 3}, {5, 2}, scale, wide, rows, wide, rows, {4, 4}}, Attributes{},
           "expected a mask that broadcasts to the scores [4, 5], got [4, 4]");
    s.call({{4, 3}, {5, 3}, {5, 2}, scale, wide, rows, wide, rows}, Attributes{.mask = true},
           "whose gradient is wanted, got none");
    s.call({{4, 3}, {5, 3}, {5, 2}, scale, wide, rows, wide, rows, SampleInput({4, 5}, bool_)},
           Attributes{.mask = true}, "whose gradient is wanted, got one of bool");
    s.call({{4, 3}, {5, 3}, {5, 2}, scale, wide, rows, wide, rows},
           Attributes{.query = false, .key = false, .value = false},
           "expected something to be wanted");
  }
  static constexpr auto doc =
      "The gradients of attention with respect to those of query, key, value, scale and mask that "
      "are wanted.";
};
LAMINA_OP(AttentionGradient)

}  // namespace lamina
