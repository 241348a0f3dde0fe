#pragma once

#include "lamina/nn/linear.h"
#include "lamina/nn/module.h"

namespace lamina::nn {

struct MultiheadAttentionOptions {
  double dropout = 0;  // rate at which attention weights are dropped in training
  bool bias = true;
  bool batch_first = false;  // inputs are [N, L, E] instead of [L, N, E]
  bool is_causal = false;    // query i sees keys 0 .. i
  int64_t kdim = 0, vdim = 0;        // features of key and value; 0: embed_dim
  bool need_weights = false;         // give the attention weights as a second result
  bool average_attn_weights = true;  // their mean over heads [N, L, S], not [N, heads, L, S]
  DType dtype = float32;
};

// Attention of several heads side by side, each in a subspace of its own (Vaswani et al.,
// "Attention Is All You Need", 2017). Called with x (self-attention), with query, key and value, or
// with these and a mask as scaled_dot_product_attention takes it, for scores [N, heads, L, S].
// Inputs without a batch axis are [L, E]. Parameters have PyTorch's names: in_proj_weight [3 E, E],
// in_proj_bias [3 E], out_proj.weight, out_proj.bias; where keys or values have features of their own,
// q_proj_weight, k_proj_weight and v_proj_weight stand for in_proj_weight.
class MultiheadAttention : public Module {
 public:
  MultiheadAttention(int64_t embed_dim, int64_t num_heads, MultiheadAttentionOptions options = {});
  std::vector<Array> forward_all(std::vector<Array> inputs) override;
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;

  int64_t embed_dim, num_heads;
  MultiheadAttentionOptions options;
  Parameter in_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight, in_proj_bias;
  Linear& out_proj;

 private:
  int64_t features(int part) const;
  Array weight(int part) const;
  Array project(Array x, int part);
};

}  // namespace lamina::nn
