// BERT: a Transformer's encoder (Devlin et al., "BERT: Pre-training of Deep Bidirectional
// Transformers for Language Understanding", 2019).
//
//   models::Bert net = models::minilm();
//   std::vector<Array> out = net.call({tokens, mask});  // [N, L], [N, L] -> [N, L, 384], [N, 384]
//
// Parameters have the names of transformers' BertModel, so its weights load as they are.
#pragma once

#include "lamina/nn/module.h"

namespace lamina::models {

struct BertEncoderOptions {
  int64_t hidden_size = 768;
  int64_t num_hidden_layers = 12;
  int64_t num_attention_heads = 12;
  int64_t intermediate_size = 3072;  // between the two linear layers after the attention
  double dropout = 0.1;              // rate, of the attention weights and after each linear layer
};

// Layers of attention and two linear layers, each added to its input and normalised. Called with
// x [N, L, hidden_size], and perhaps a mask as scaled_dot_product_attention takes it, for scores
// [N, heads, L, L].
class BertEncoder : public nn::Module {
 public:
  explicit BertEncoder(BertEncoderOptions options = {});
  std::vector<Array> forward_all(std::vector<Array> inputs) override;
  Array forward(Array x) override;
  std::unique_ptr<nn::Module> fresh() const override;
  std::string arguments() const override;

  BertEncoderOptions options;

 private:
  nn::Module* layers_;
};

struct BertOptions {
  int64_t vocab_size = 30522;
  int64_t hidden_size = 768;
  int64_t num_hidden_layers = 12;
  int64_t num_attention_heads = 12;
  int64_t intermediate_size = 3072;
  int64_t max_position_embeddings = 512;  // the longest input
  int64_t type_vocab_size = 2;            // kinds of segments
  double dropout = 0.1;
};

// Called with tokens [N, L] (integers), perhaps a mask [N, L] (0 or false: padding) and the kind of
// each token's segment [N, L]; an empty Array stands for one that is left out. Gives the state of
// each token [N, L, hidden_size] and, from that of the first, one for the whole [N, hidden_size].
// As a module of one input it gives the states.
class Bert : public nn::Module {
 public:
  explicit Bert(BertOptions options = {});
  std::vector<Array> forward_all(std::vector<Array> inputs) override;
  Array forward(Array tokens) override;
  std::unique_ptr<nn::Module> fresh() const override;
  std::string arguments() const override;

  BertOptions options;

 private:
  nn::Module *embeddings_, *pooler_;
  BertEncoder* encoder_;
};

// 6 layers of width 384 with 12 heads: the size of the encoders that Wang et al., "MiniLM" (2020),
// distil from larger ones, and of many that turn sentences into vectors.
struct MiniLMOptions {
  int64_t vocab_size = 30522;
  double dropout = 0.1;
};
Bert minilm(MiniLMOptions options = {});

}  // namespace lamina::models
