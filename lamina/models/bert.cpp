#include "lamina/models/bert.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/models/bert_layer.h"
#include "lamina/models/he_initialise.h"
#include "lamina/nn/dropout.h"
#include "lamina/nn/embedding.h"
#include "lamina/nn/init.h"
#include "lamina/nn/layer_norm.h"
#include "lamina/nn/linear.h"
#include "lamina/nn/sequential.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina::models {
namespace {

void check(const BertEncoderOptions& o) {
  check_size("BERT", "hidden_size", o.hidden_size);
  check_size("BERT", "num_hidden_layers", o.num_hidden_layers, 1024);
  check_size("BERT", "num_attention_heads", o.num_attention_heads);
  check_size("BERT", "intermediate_size", o.intermediate_size);
  if (o.hidden_size % o.num_attention_heads != 0) {
    throw ValueError(text("BERT: num_attention_heads must divide hidden_size, got ",
                          o.num_attention_heads, " and ", o.hidden_size));
  }
}

// As the paper's authors do: weights and tables normal with deviation 0.02, biases 0.
void initialise(nn::Module& net) {
  net.apply([](nn::Module& module) {
    for (const auto& [name, variable] : module.own_parameters()) {
      const Array old = variable;
      IntList shape;
      for (int64_t size : old.shape()) shape.push_back(size);
      if (shape.size() == 2) {
        variable->set_value(nn::init::normal(std::move(shape), 0, 0.02, old.dtype()));
      } else if (name == "bias") {
        variable->set_value(nn::init::zeros(std::move(shape), old.dtype()));
      }
    }
  });
}

// What stands for a token: its word's row, its place's and its segment's, added and normalised.
class Embeddings : public nn::Module {
 public:
  explicit Embeddings(const BertOptions& o)
      : options(o),
        words_(add("word_embeddings", nn::Embedding(o.vocab_size, o.hidden_size))),
        places_(
            add("position_embeddings", nn::Embedding(o.max_position_embeddings, o.hidden_size))),
        kinds_(add("token_type_embeddings", nn::Embedding(o.type_vocab_size, o.hidden_size))),
        norm_(add("LayerNorm", nn::LayerNorm(o.hidden_size, {.eps = kBertEpsilon}))),
        dropout_(add("dropout", nn::Dropout(o.dropout))) {}

  std::vector<Array> forward_all(std::vector<Array> inputs) override {
    Array tokens = inputs[0];
    if (tokens.ndim() != 2 || tokens.shape(1) > options.max_position_embeddings) {
      throw ShapeError(text("expected tokens [N, L] with L of at most ",
                            options.max_position_embeddings, ", got ", tokens.shape()))
          .detail("input", nn::describe_input(tokens));
    }
    const int64_t length = tokens.shape(1);
    Array kinds = inputs.size() > 1 && inputs[1] ? inputs[1] : zeros({1, length}, int64);
    Array y = words_(std::move(tokens)) + kinds_(std::move(kinds)) +
              slice(places_.weight, {0, 0}, {length, options.hidden_size});
    return {dropout_(norm_(std::move(y)))};
  }
  std::unique_ptr<Module> fresh() const override { return std::make_unique<Embeddings>(options); }

  BertOptions options;

 private:
  nn::Embedding &words_, &places_, &kinds_;
  nn::LayerNorm& norm_;
  nn::Dropout& dropout_;
};

// One vector for the whole: tanh of a linear layer of the first token's state.
class Pooler : public nn::Module {
 public:
  explicit Pooler(int64_t hidden)
      : hidden(hidden), dense_(add("dense", nn::Linear(hidden, hidden))) {}
  Array forward(Array x) override {
    Array first = slice(x, {0, 0, 0}, {x.shape(0), 1, hidden});
    return tanh(dense_(reshape(std::move(first), {x.shape(0), hidden})));
  }
  std::unique_ptr<Module> fresh() const override { return std::make_unique<Pooler>(hidden); }
  int64_t hidden;

 private:
  nn::Linear& dense_;
};

BertEncoderOptions encoder_options(const BertOptions& o) {
  return {o.hidden_size, o.num_hidden_layers, o.num_attention_heads, o.intermediate_size,
          o.dropout};
}

}  // namespace

BertEncoder::BertEncoder(BertEncoderOptions options) : options(options) {
  check(options);
  nn::Sequential layers;
  for (int64_t i = 0; i < options.num_hidden_layers; ++i) layers.append(BertLayer(options));
  layers_ = &add("layer", std::move(layers));
  initialise(*this);
}

std::vector<Array> BertEncoder::forward_all(std::vector<Array> inputs) {
  if (inputs.empty() || inputs.size() > 2) {
    throw ValueError(text("expected x and perhaps a mask, got ", inputs.size(), " inputs"));
  }
  const Array mask = inputs.size() > 1 ? inputs[1] : Array();
  Array x = std::move(inputs[0]);
  if (x.ndim() != 3 || x.shape(-1) != options.hidden_size) {
    throw ShapeError(text("expected an input [N, L, ", options.hidden_size, "], got ", x.shape()))
        .detail("input", nn::describe_input(x));
  }
  for (auto& [name, layer] : layers_->children()) {
    std::vector<Array> with{std::move(x)};
    if (mask) with.push_back(mask);
    x = layer->call(std::move(with))[0];
  }
  return {std::move(x)};
}

Array BertEncoder::forward(Array x) { return forward_all({std::move(x)})[0]; }

std::unique_ptr<nn::Module> BertEncoder::fresh() const {
  return std::make_unique<BertEncoder>(options);
}

std::string BertEncoder::arguments() const {
  return text("hidden_size=", options.hidden_size,
              ", num_hidden_layers=", options.num_hidden_layers,
              ", num_attention_heads=", options.num_attention_heads);
}

Bert::Bert(BertOptions options) : options(options) {
  check(encoder_options(options));
  check_size("BERT", "vocab_size", options.vocab_size);
  check_size("BERT", "max_position_embeddings", options.max_position_embeddings);
  check_size("BERT", "type_vocab_size", options.type_vocab_size);
  embeddings_ = &add("embeddings", Embeddings(options));
  encoder_ = &add("encoder", BertEncoder(encoder_options(options)));
  pooler_ = &add("pooler", Pooler(options.hidden_size));
  initialise(*embeddings_);
  initialise(*pooler_);
}

std::vector<Array> Bert::forward_all(std::vector<Array> inputs) {
  if (inputs.empty() || inputs.size() > 3) {
    throw ValueError(text("expected tokens and perhaps a mask and kinds of segments, got ",
                          inputs.size(), " inputs"));
  }
  inputs.resize(3);
  Array states = embeddings_->call(inputs[2] ? std::vector<Array>{inputs[0], inputs[2]}
                                             : std::vector<Array>{inputs[0]})[0];
  std::vector<Array> with{std::move(states)};
  if (Array mask = std::move(inputs[1])) {
    if (mask.shape() != inputs[0].shape()) {
      throw ShapeError(
          text("expected a mask of the tokens' shape ", inputs[0].shape(), ", got ", mask.shape()));
    }
    with.push_back(expand_dims(astype(std::move(mask), bool_), {1, 2}));  // [N, 1, 1, L]
  }
  states = encoder_->call(std::move(with))[0];
  Array whole = (*pooler_)(states);
  return {std::move(states), std::move(whole)};
}

Array Bert::forward(Array tokens) { return forward_all({std::move(tokens)})[0]; }

std::unique_ptr<nn::Module> Bert::fresh() const { return std::make_unique<Bert>(options); }

std::string Bert::arguments() const {
  return text("vocab_size=", options.vocab_size, ", hidden_size=", options.hidden_size,
              ", num_hidden_layers=", options.num_hidden_layers);
}

Bert minilm(MiniLMOptions o) {
  return Bert({.vocab_size = o.vocab_size,
               .hidden_size = 384,
               .num_hidden_layers = 6,
               .num_attention_heads = 12,
               .intermediate_size = 1536,
               .dropout = o.dropout});
}

}  // namespace lamina::models
