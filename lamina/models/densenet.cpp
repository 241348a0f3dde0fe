#include "lamina/models/densenet.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/models/he_initialise.h"
#include "lamina/nn/activations.h"
#include "lamina/nn/batch_norm.h"
#include "lamina/nn/convolution.h"
#include "lamina/nn/dropout.h"
#include "lamina/nn/linear.h"
#include "lamina/nn/pooling.h"
#include "lamina/nn/sequential.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/pooling.h"

namespace lamina::models {
namespace {

nn::Conv2d conv(int64_t in, int64_t out, int kernel, int64_t stride = 1) {
  return nn::Conv2d(in, out, kernel, {.stride = stride, .padding = kernel / 2, .bias = false});
}

// Modules one after the other, like Sequential, under names of their own.
class Chain : public nn::Module {
 public:
  Array forward(Array x) override {
    for (auto& [name, module] : children()) x = (*module)(std::move(x));
    return x;
  }
  std::unique_ptr<nn::Module> fresh() const override {
    auto copy = std::make_unique<Chain>();
    for (auto& [name, module] : children()) {
      copy->add_shared(name, std::shared_ptr<nn::Module>(module->fresh()));
    }
    return copy;
  }
};

// x [N, C, h, w] -> [N, C + growth, h, w]: x itself, then what the convolutions make of it. Joining
// two arrays here, and not all those of a block in each layer, says that each input is the
// beginning of the next: a compiler can write the block into one buffer.
class DenseLayer : public nn::Module {
 public:
  DenseLayer(int64_t in, int64_t growth, int64_t bottleneck, double dropout)
      : in(in), growth(growth), bottleneck(bottleneck), dropout(dropout) {
    unit("1", in, bottleneck > 0 ? conv(in, bottleneck * growth, 1) : conv(in, growth, 3));
    if (bottleneck > 0) unit("2", bottleneck * growth, conv(bottleneck * growth, growth, 3));
    if (dropout > 0) body_.push_back(&add("dropout", nn::Dropout(dropout)));
  }
  Array forward(Array x) override {
    Array y = x;
    for (nn::Module* module : body_) y = (*module)(std::move(y));
    return concatenate({std::move(x), std::move(y)}, 1);
  }
  std::unique_ptr<Module> fresh() const override {
    return std::make_unique<DenseLayer>(in, growth, bottleneck, dropout);
  }
  int64_t in, growth, bottleneck;
  double dropout;

 private:
  void unit(const std::string& number, int64_t channels, nn::Conv2d layer) {
    body_.push_back(&add("norm" + number, nn::BatchNorm2d(channels)));
    body_.push_back(&add("relu" + number, nn::ReLU()));
    body_.push_back(&add("conv" + number, std::move(layer)));
  }
  std::vector<nn::Module*> body_;
};

// Between two blocks: other channels, half the size.
Chain transition(int64_t in, int64_t out) {
  Chain chain;
  chain.add("norm", nn::BatchNorm2d(in));
  chain.add("relu", nn::ReLU());
  chain.add("conv", conv(in, out, 1));
  chain.add("pool", nn::AvgPool2d(2));
  return chain;
}

void check(int64_t growth_rate, const std::vector<int64_t>& blocks, const DenseNetOptions& o) {
  check_size("DenseNet", "growth_rate", growth_rate, 65536);
  check_size("DenseNet", "the number of blocks", static_cast<int64_t>(blocks.size()), 8);
  for (int64_t count : blocks) check_size("DenseNet", "layers of a block", count, 1024);
  check_size("DenseNet", "num_classes", o.num_classes);
  check_size("DenseNet", "in_channels", o.in_channels);
  check_size("DenseNet", "init_features", o.init_features, 65536);
  if (o.bottleneck < 0 || o.bottleneck > 1024) {
    throw ValueError(text("DenseNet: bottleneck must be 0 to 1024, got ", o.bottleneck));
  }
}

// Adds what turns images into features to `chain`; their number.
int64_t add_features(Chain& chain, int64_t growth_rate, const std::vector<int64_t>& blocks,
                     const DenseNetOptions& o) {
  int64_t channels = o.init_features;
  chain.add("conv0", o.small_images ? conv(o.in_channels, channels, 3)
                                    : conv(o.in_channels, channels, 7, 2));
  if (!o.small_images) {
    chain.add("norm0", nn::BatchNorm2d(channels));
    chain.add("relu0", nn::ReLU());
    chain.add("pool0", nn::MaxPool2d(3, {.stride = 2, .padding = 1}));
  }
  for (size_t i = 0; i < blocks.size(); ++i) {
    Chain block;
    for (int64_t layer = 1; layer <= blocks[i]; ++layer) {
      block.add(text("denselayer", layer),
                DenseLayer(channels, growth_rate, o.bottleneck, o.dropout));
      channels += growth_rate;
    }
    chain.add(text("denseblock", i + 1), std::move(block));
    if (i + 1 == blocks.size()) break;
    const int64_t out = o.compress ? channels / 2 : channels;
    chain.add(text("transition", i + 1), transition(channels, out));
    channels = out;
  }
  chain.add(text("norm", blocks.size() + 1), nn::BatchNorm2d(channels));
  return channels;
}

}  // namespace

DenseNet::DenseNet(int64_t growth_rate, std::vector<int64_t> blocks, DenseNetOptions options)
    : growth_rate(growth_rate), blocks(std::move(blocks)), options(options) {
  check(growth_rate, this->blocks, options);
  Chain chain;
  const int64_t channels = add_features(chain, growth_rate, this->blocks, options);
  features_ = &add("features", std::move(chain));
  classifier_ = &add("classifier", nn::Linear(channels, options.num_classes));
  he_initialise(*this, {.zero_linear_bias = true});
}

Array DenseNet::forward(Array x) {
  Array features = relu((*features_)(std::move(x)));
  return (*classifier_)(flatten(adaptive_avg_pool2d(std::move(features), 1), 1));
}

std::unique_ptr<nn::Module> DenseNet::fresh() const {
  return std::make_unique<DenseNet>(growth_rate, blocks, options);
}

std::string DenseNet::arguments() const {
  std::string counts;
  for (int64_t count : blocks) counts += text(counts.empty() ? "" : ", ", count);
  return text(growth_rate, ", [", counts, "], num_classes=", options.num_classes);
}

DenseNet densenet121(DenseNet121Options o) {
  return {32, {6, 12, 24, 16}, {o.num_classes, o.in_channels, o.small_images}};
}

// 16 channels before the first block, as in the paper's section 4.2 for this form.
DenseNet densenet40(DenseNet40Options o) {
  return {12,
          {12, 12, 12},
          {.num_classes = o.num_classes,
           .in_channels = o.in_channels,
           .small_images = true,
           .init_features = 16,
           .bottleneck = 0,
           .compress = false}};
}

}  // namespace lamina::models
