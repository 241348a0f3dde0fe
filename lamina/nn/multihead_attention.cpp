#include "lamina/nn/multihead_attention.h"

#include <algorithm>
#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/init.h"
#include "lamina/op/op.h"
#include "lamina/ops/attention.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/number.h"
#include "lamina/ops/reduction.h"

namespace lamina::nn {
namespace {

// Before anything is allocated for them.
int64_t checked_size(int64_t embed_dim, int64_t num_heads, double dropout) {
  constexpr int64_t kMost = int64_t{1} << 24;
  if (embed_dim < 1 || embed_dim > kMost || num_heads < 1 || embed_dim % num_heads != 0) {
    throw ValueError(text("MultiheadAttention: expected an embed_dim of 1 to ", kMost,
                          " that num_heads divides, got ", embed_dim, " and ", num_heads));
  }
  if (!(dropout >= 0 && dropout <= 1)) {
    throw ValueError(text("MultiheadAttention: dropout must be 0 to 1, got ", dropout));
  }
  return embed_dim;
}

// What attention does with its scores, [.., heads, L, S], before dropout.
Array weights_of(const Array& query, const Array& key, const AttentionOptions& attention) {
  Array mask = attention.mask;
  if (mask && mask.dtype() != bool_) mask = astype(std::move(mask), query.dtype());
  if (mask) {  // [.., L, S] with as many axes as the scores
    IntList shape(static_cast<size_t>(std::max(0, query.ndim() - mask.ndim())), 1);
    for (const int64_t size : mask.shape()) shape.push_back(size);
    mask = reshape(std::move(mask), std::move(shape));
  }
  const double width = static_cast<double>(query.shape(-1));
  return attention_weights(query, key, typed(1 / std::sqrt(width), query.dtype()), std::move(mask),
                           attention.is_causal);
}

}  // namespace

// Initial values as in torch: Xavier for the three projections as one, no bias.
MultiheadAttention::MultiheadAttention(int64_t embed_dim, int64_t num_heads,
                                       MultiheadAttentionOptions options)
    : embed_dim(checked_size(embed_dim, num_heads, options.dropout)),
      num_heads(num_heads),
      options(options),
      out_proj(add("out_proj", Linear(embed_dim, embed_dim, {options.bias, options.dtype}))) {
  for (const int64_t size : {options.kdim, options.vdim}) {
    if (size < 0) throw ValueError(text("MultiheadAttention: expected sizes over 0, got ", size));
  }
  if (features(1) == embed_dim && features(2) == embed_dim) {
    in_proj_weight = parameter("in_proj_weight",
                               init::xavier_uniform({3 * embed_dim, embed_dim}, 1, options.dtype));
  } else {
    const auto own = [&](const char* name, int part) {
      return parameter(name, init::xavier_uniform({embed_dim, features(part)}, 1, options.dtype));
    };
    q_proj_weight = own("q_proj_weight", 0);
    k_proj_weight = own("k_proj_weight", 1);
    v_proj_weight = own("v_proj_weight", 2);
  }
  if (!options.bias) return;
  in_proj_bias = parameter("in_proj_bias", init::zeros({3 * embed_dim}, options.dtype));
  out_proj.bias->set_value(init::zeros({embed_dim}, options.dtype));
}

int64_t MultiheadAttention::features(int part) const {
  const int64_t own = part == 0 ? 0 : part == 1 ? options.kdim : options.vdim;
  return own == 0 ? embed_dim : own;
}

Array MultiheadAttention::weight(int part) const {
  if (in_proj_weight) {
    return slice(in_proj_weight, {part * embed_dim, 0}, {(part + 1) * embed_dim, embed_dim});
  }
  return part == 0 ? q_proj_weight : part == 1 ? k_proj_weight : v_proj_weight;
}

// x by the rows of in_proj_weight for queries (0), keys (1) or values (2), as [N, heads, L, E /
// heads]; without a batch axis [heads, L, E / heads].
Array MultiheadAttention::project(Array x, int part) {
  const int rank = x.ndim();
  if ((rank != 2 && rank != 3) || x.shape(-1) != features(part)) {
    const int64_t size = features(part);
    throw ShapeError(text("expected an input [L, N, ", size, "], [N, L, ", size,
                          "] with batch_first, or [L, ", size, "]"))
        .detail("input", describe_input(x));
  }
  if (rank == 3 && !options.batch_first) x = swapaxes(std::move(x), 0, 1);
  const int64_t first = part * embed_dim, last = first + embed_dim;
  Array y = matmul(std::move(x), transpose(weight(part)));
  if (in_proj_bias) y = std::move(y) + slice(in_proj_bias, {first}, {last});
  const int64_t size = embed_dim / num_heads;
  Array heads = rank == 3 ? reshape(y, {y.shape(0), y.shape(1), num_heads, size})
                          : reshape(y, {y.shape(0), num_heads, size});
  return swapaxes(std::move(heads), -3, -2);
}

std::vector<Array> MultiheadAttention::forward_all(std::vector<Array> inputs) {
  if (inputs.size() == 1) inputs.resize(3, inputs[0]);
  if (inputs.size() != 3 && inputs.size() != 4) {
    throw ValueError(text("expected x, or query, key, value and perhaps a mask, got ",
                          inputs.size(), " inputs"));
  }
  for (int i = 1; i < 3; ++i) {
    if (inputs[i].ndim() != inputs[0].ndim()) {
      throw ShapeError("expected a query, key and value of as many axes")
          .detail("query", describe_input(inputs[0]))
          .detail("input", describe_input(inputs[i]));
    }
  }
  AttentionOptions attention{.dropout = training() ? options.dropout : 0,
                             .is_causal = options.is_causal};
  if (inputs.size() == 4) attention.mask = inputs[3];
  Array query = project(inputs[0], 0), key = project(inputs[1], 1), value = project(inputs[2], 2);
  Array weights;
  if (options.need_weights) weights = weights_of(query, key, attention);
  if (weights && options.average_attn_weights) weights = mean(weights, {.axis = -3});
  Array y = scaled_dot_product_attention(std::move(query), std::move(key), std::move(value),
                                         std::move(attention));
  y = swapaxes(std::move(y), -3, -2);  // [.., L, heads, E / heads]
  y = out_proj(flatten(std::move(y), -2, -1));
  if (y.ndim() == 3 && !options.batch_first) y = swapaxes(std::move(y), 0, 1);
  std::vector<Array> results = {std::move(y)};
  if (weights) results.push_back(std::move(weights));
  return results;
}

Array MultiheadAttention::forward(Array x) { return forward_all({std::move(x)})[0]; }

std::unique_ptr<Module> MultiheadAttention::fresh() const {
  return std::make_unique<MultiheadAttention>(embed_dim, num_heads, options);
}

std::string MultiheadAttention::arguments() const {
  return text("embed_dim=", embed_dim, ", num_heads=", num_heads,
              ", batch_first=", options.batch_first);
}

}  // namespace lamina::nn
