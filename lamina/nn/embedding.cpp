#include "lamina/nn/embedding.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/init.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina::nn {
namespace {

// Normal values; zeros in the padding row.
Array table(const char* layer, int64_t rows, int64_t columns, const std::optional<int64_t>& padding,
            DType dtype) {
  if (rows < 0 || columns < 0) {
    throw ValueError(text(layer, ": sizes must not be negative, got ", rows, " and ", columns));
  }
  Array weight = init::normal({rows, columns}, 0, 1, dtype);
  if (!padding) return weight;
  if (*padding < -rows || *padding >= rows)
    throw IndexError(text(layer, ": padding_idx ", *padding, " does not fit ", rows, " rows"));
  Array is_padding = arange(rows) == Array(*padding < 0 ? *padding + rows : *padding);
  return where(expand_dims(std::move(is_padding), 1), 0.0, std::move(weight));
}

std::string described(int64_t rows, int64_t columns, const std::optional<int64_t>& padding) {
  std::string out = text(rows, ", ", columns);
  if (padding) out += text(", padding_idx=", *padding);
  return out;
}

}  // namespace

Embedding::Embedding(int64_t num_embeddings, int64_t embedding_dim, EmbeddingLayerOptions options)
    : num_embeddings(num_embeddings), embedding_dim(embedding_dim), options(options) {
  weight = parameter("weight", table("Embedding", num_embeddings, embedding_dim,
                                     options.padding_idx, options.dtype));
}

Array Embedding::forward(Array indices) {
  return embedding(std::move(indices), weight, {options.padding_idx});
}

std::unique_ptr<Module> Embedding::fresh() const {
  return std::make_unique<Embedding>(num_embeddings, embedding_dim, options);
}

std::string Embedding::arguments() const {
  return described(num_embeddings, embedding_dim, options.padding_idx);
}

EmbeddingBag::EmbeddingBag(int64_t num_embeddings, int64_t embedding_dim,
                           EmbeddingBagLayerOptions options)
    : num_embeddings(num_embeddings), embedding_dim(embedding_dim), options(options) {
  weight = parameter("weight", table("EmbeddingBag", num_embeddings, embedding_dim,
                                     options.padding_idx, options.dtype));
}

Array EmbeddingBag::forward(Array indices) { return forward_all({std::move(indices)})[0]; }

std::vector<Array> EmbeddingBag::forward_all(std::vector<Array> inputs) {
  if (inputs.empty() || inputs.size() > 3) {
    throw ValueError(
        text("expected indices, offsets and per_sample_weights, got ", inputs.size(), " arrays"));
  }
  inputs.resize(3);
  return {embedding_bag(std::move(inputs[0]), weight,
                        {std::move(inputs[1]), options.mode, std::move(inputs[2]),
                         options.include_last_offset, options.padding_idx})};
}

std::unique_ptr<Module> EmbeddingBag::fresh() const {
  return std::make_unique<EmbeddingBag>(num_embeddings, embedding_dim, options);
}

std::string EmbeddingBag::arguments() const {
  return described(num_embeddings, embedding_dim, options.padding_idx);
}

}  // namespace lamina::nn
