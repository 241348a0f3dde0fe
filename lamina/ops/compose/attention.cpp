// attention(query, key, value, scale, mask) = softmax(query key^T scale + mask) value (Vaswani et
// al. 2017). The weights [.., L, S] are never all in memory: queries are taken in blocks, and the
// gradient (attention_gradient.cpp) makes each block's weights again from logsumexp.
#include <algorithm>
#include <limits>
#include <vector>

#include "lamina/op/samples.h"
#include "lamina/ops/attention.h"
#include "lamina/ops/attention_attributes.h"
#include "lamina/ops/compose/attention_parts.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina {

LAMINA_USE_OP(AttentionGradient)

Array stop_gradient(Array x);  // autograd/vjp.h, below this folder

namespace {

constexpr double kNothing = -std::numeric_limits<double>::infinity();

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
    check_attention(c, 4);
    Shape output = c.shape(0), rows = c.shape(0);
    output.back() = c.shape(2).back();
    rows.pop_back();
    c.output(c.dtype(0), std::move(output));
    c.output(c.dtype(0), std::move(rows));
  }
  static std::vector<Array> decompose(Context& c) {
    const AttentionProblem p{c.input(0), c.input(1), c.input(2), c.input(3),
                             c.input_count() > 4 ? c.input(4) : Array(),
                             c.attributes<Attributes>().is_causal};
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
    const bool masked = c.input_count() > 4;
    std::vector<Array> operands{c.input(0),  c.input(1),  c.input(2),     c.input(3),
                                c.output(0), c.output(1), c.cotangent(0), c.cotangent(1)};
    if (masked) operands.push_back(c.input(4));
    const AttentionGradientAttributes wanted{c.attributes<Attributes>().is_causal,
                                             c.wants(0),
                                             c.wants(1),
                                             c.wants(2),
                                             c.wants(3),
                                             masked && c.wants(4)};
    const std::vector<Array> gradients =
        record_multiple(ops::op_AttentionGradient(), operands, make_attributes(wanted));
    size_t next = 0;
    for (int i = 0; i < c.input_count(); ++i) {
      if (c.wants(i)) c.give(i, gradients[next++]);
    }
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
  const AttentionProblem p{std::move(query), std::move(key),  {},
                           std::move(scale), std::move(mask), is_causal};
  Exponentials e(p.scores(p.products(0, queries), 0, queries));
  return std::move(e.values) / std::move(e.sums);
}

}  // namespace lamina
