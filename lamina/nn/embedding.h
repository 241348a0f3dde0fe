#pragma once

#include <optional>
#include <string>

#include "lamina/nn/module.h"
#include "lamina/ops/embedding.h"

namespace lamina::nn {

struct EmbeddingLayerOptions {
  std::optional<int64_t> padding_idx = std::nullopt;  // its row is zeros and is not trained
  DType dtype = float32;
};

// A table weight [num_embeddings, embedding_dim] of normal values; indices [..] give rows [..,
// dim].
class Embedding : public Module {
 public:
  Embedding(int64_t num_embeddings, int64_t embedding_dim, EmbeddingLayerOptions options = {});
  Array forward(Array indices) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;

  int64_t num_embeddings, embedding_dim;
  EmbeddingLayerOptions options;
  Parameter weight;
};

struct EmbeddingBagLayerOptions {
  BagMode mode = BagMode::Mean;
  bool include_last_offset = false;
  std::optional<int64_t> padding_idx = std::nullopt;
  DType dtype = float32;
};

// Sums, means or maxima of the rows of each bag: of indices [B, L], or of indices [n], offsets [B]
// and, for sums, per_sample_weights.
class EmbeddingBag : public Module {
 public:
  EmbeddingBag(int64_t num_embeddings, int64_t embedding_dim,
               EmbeddingBagLayerOptions options = {});
  Array forward(Array indices) override;
  std::vector<Array> forward_all(std::vector<Array> inputs) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;

  int64_t num_embeddings, embedding_dim;
  EmbeddingBagLayerOptions options;
  Parameter weight;
};

}  // namespace lamina::nn
