// Attention.
#pragma once

#include <optional>

#include "lamina/core/array.h"
#include "lamina/ops/random.h"

namespace lamina {

struct AttentionOptions {
  Array mask =
      {};  // bool (true: may look) or numbers added to the scores; broadcasts to [.., L, S]
  double dropout = 0;                          // rate at which weights are dropped: 0 in evaluation
  bool is_causal = false;                      // query i sees keys 0 .. i
  std::optional<double> scale = std::nullopt;  // of the scores: 1 / sqrt(E) when left out
  bool enable_gqa =
      false;  // key and value have fewer heads, each shared by a group of queries' heads
};

// softmax(query key^T scale + mask) value: query [.., L, E], key [.., S, E], value [.., S, V] ->
// [.., L, V]. Heads stand on axis -3. A query that may look at nothing gives zeros.
Array scaled_dot_product_attention(Array query, Array key, Array value,
                                   AttentionOptions options = {},
                                   Generator& generator = default_generator());

// The op below it: the result, and logsumexp of each query's scores, from which the gradient makes
// the weights again. `mask` is bool or of query's type, or an empty Array.
struct AttentionResult {
  Array output, logsumexp;
};
AttentionResult attention(Array query, Array key, Array value, Array scale, Array mask,
                          bool is_causal);

// The weights themselves, [.., L, S], for callers that change them.
Array attention_weights(Array query, Array key, Array scale, Array mask, bool is_causal);

}  // namespace lamina
