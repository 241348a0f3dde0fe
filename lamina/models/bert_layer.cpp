#include "lamina/models/bert_layer.h"

#include "lamina/nn/dropout.h"
#include "lamina/nn/layer_norm.h"
#include "lamina/nn/linear.h"
#include "lamina/ops/attention.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina::models {
namespace {

// Attention of several heads; queries, keys and values are linear in x. The linear layer that joins
// the heads stands in the module after it.
class SelfAttention : public nn::Module {
 public:
  explicit SelfAttention(BertEncoderOptions o)
      : options(o),
        query_(add("query", nn::Linear(o.hidden_size, o.hidden_size))),
        key_(add("key", nn::Linear(o.hidden_size, o.hidden_size))),
        value_(add("value", nn::Linear(o.hidden_size, o.hidden_size))) {}

  std::vector<Array> forward_all(std::vector<Array> inputs) override {
    const Array& x = inputs[0];
    AttentionOptions attention{.dropout = training() ? options.dropout : 0};
    if (inputs.size() > 1) attention.mask = inputs[1];
    Array y = scaled_dot_product_attention(heads(query_(x)), heads(key_(x)), heads(value_(x)),
                                           std::move(attention));
    return {flatten(swapaxes(std::move(y), 1, 2), 2, 3)};
  }
  std::unique_ptr<Module> fresh() const override {
    return std::make_unique<SelfAttention>(options);
  }

  BertEncoderOptions options;

 private:
  // [N, L, hidden] -> [N, heads, L, hidden / heads].
  Array heads(Array x) const {
    const int64_t count = options.num_attention_heads, size = options.hidden_size / count;
    const int64_t n = x.shape(0), length = x.shape(1);
    return swapaxes(reshape(std::move(x), {n, length, count, size}), 1, 2);
  }
  nn::Linear &query_, &key_, &value_;
};

// norm(x + dropout(dense(y))), called with y and x: how both halves of a layer end.
class Output : public nn::Module {
 public:
  Output(int64_t in, int64_t out, double rate)
      : in(in),
        out(out),
        rate(rate),
        dense_(add("dense", nn::Linear(in, out))),
        norm_(add("LayerNorm", nn::LayerNorm(out, {.eps = kBertEpsilon}))),
        dropout_(add("dropout", nn::Dropout(rate))) {}
  std::vector<Array> forward_all(std::vector<Array> inputs) override {
    Array y = dropout_(dense_(std::move(inputs[0])));
    return {norm_(std::move(y) + std::move(inputs[1]))};
  }
  std::unique_ptr<Module> fresh() const override { return std::make_unique<Output>(in, out, rate); }
  int64_t in, out;
  double rate;

 private:
  nn::Linear& dense_;
  nn::LayerNorm& norm_;
  nn::Dropout& dropout_;
};

class Attention : public nn::Module {
 public:
  explicit Attention(BertEncoderOptions o)
      : options(o),
        self_(add("self", SelfAttention(o))),
        output_(add("output", Output(o.hidden_size, o.hidden_size, o.dropout))) {}
  std::vector<Array> forward_all(std::vector<Array> inputs) override {
    Array x = inputs[0];
    Array y = self_.call(std::move(inputs))[0];
    return output_.call({std::move(y), std::move(x)});
  }
  std::unique_ptr<Module> fresh() const override { return std::make_unique<Attention>(options); }
  BertEncoderOptions options;

 private:
  SelfAttention& self_;
  Output& output_;
};

class Intermediate : public nn::Module {
 public:
  Intermediate(int64_t in, int64_t out)
      : in(in), out(out), dense_(add("dense", nn::Linear(in, out))) {}
  Array forward(Array x) override { return gelu(dense_(std::move(x))); }
  std::unique_ptr<Module> fresh() const override { return std::make_unique<Intermediate>(in, out); }
  int64_t in, out;

 private:
  nn::Linear& dense_;
};

}  // namespace

BertLayer::BertLayer(BertEncoderOptions o)
    : options(o),
      attention_(&add("attention", Attention(o))),
      intermediate_(&add("intermediate", Intermediate(o.hidden_size, o.intermediate_size))),
      output_(&add("output", Output(o.intermediate_size, o.hidden_size, o.dropout))) {}

std::vector<Array> BertLayer::forward_all(std::vector<Array> inputs) {
  Array x = attention_->call(std::move(inputs))[0];
  Array y = (*intermediate_)(x);
  return output_->call({std::move(y), std::move(x)});
}

std::unique_ptr<nn::Module> BertLayer::fresh() const {
  return std::make_unique<BertLayer>(options);
}

}  // namespace lamina::models
