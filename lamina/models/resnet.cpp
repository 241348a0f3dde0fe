#include "lamina/models/resnet.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/models/he_initialise.h"
#include "lamina/nn/activations.h"
#include "lamina/nn/batch_norm.h"
#include "lamina/nn/convolution.h"
#include "lamina/nn/flatten.h"
#include "lamina/nn/linear.h"
#include "lamina/nn/pooling.h"
#include "lamina/ops/elementwise.h"

namespace lamina::models {
namespace {

nn::Conv2d conv(int64_t in, int64_t out, int kernel, int64_t stride = 1) {
  return nn::Conv2d(in, out, kernel, {.stride = stride, .padding = kernel / 2, .bias = false});
}

int64_t expansion(ResNetBlock block) { return block == ResNetBlock::Bottleneck ? 4 : 1; }

// What both kinds share: relu(f(x) + shortcut(x)). The shortcut is x, or where sizes differ a 1x1
// convolution and a batch norm.
class Residual : public nn::Module {
 public:
  Array forward(Array x) override {
    Array y = x;
    for (size_t i = 0; i < convs_.size(); ++i) {
      y = (*norms_[i])((*convs_[i])(std::move(y)));
      if (i + 1 < convs_.size()) y = relu(std::move(y));
    }
    Array shortcut = downsample_ ? (*downsample_)(std::move(x)) : std::move(x);
    return relu(std::move(y) + std::move(shortcut));
  }

 protected:
  void append(nn::Conv2d layer) {
    const int64_t channels = layer.out_channels;
    const std::string number = text(convs_.size() + 1);
    convs_.push_back(&add("conv" + number, std::move(layer)));
    norms_.push_back(&add("bn" + number, nn::BatchNorm2d(channels)));
  }
  void shortcut(int64_t in, int64_t out, int64_t stride) {
    if (in == out && stride == 1) return;
    downsample_ =
        &add("downsample", nn::Sequential{conv(in, out, 1, stride), nn::BatchNorm2d(out)});
  }

 private:
  std::vector<nn::Conv2d*> convs_;
  std::vector<nn::BatchNorm2d*> norms_;
  nn::Sequential* downsample_ = nullptr;
};

class BasicBlock : public Residual {
 public:
  BasicBlock(int64_t in, int64_t width, int64_t stride) : in(in), width(width), stride(stride) {
    append(conv(in, width, 3, stride));
    append(conv(width, width, 3));
    shortcut(in, width, stride);
  }
  std::unique_ptr<Module> fresh() const override {
    return std::make_unique<BasicBlock>(in, width, stride);
  }
  int64_t in, width, stride;
};

class Bottleneck : public Residual {
 public:
  Bottleneck(int64_t in, int64_t width, int64_t stride) : in(in), width(width), stride(stride) {
    append(conv(in, width, 1));
    append(conv(width, width, 3, stride));
    append(conv(width, 4 * width, 1));
    shortcut(in, 4 * width, stride);
  }
  std::unique_ptr<Module> fresh() const override {
    return std::make_unique<Bottleneck>(in, width, stride);
  }
  int64_t in, width, stride;
};

nn::Sequential stage(ResNetBlock block, int64_t count, int64_t in, int64_t width, int64_t stride) {
  nn::Sequential out;
  for (int64_t i = 0; i < count; ++i) {
    if (block == ResNetBlock::Basic) {
      out.append(BasicBlock(in, width, stride));
    } else {
      out.append(Bottleneck(in, width, stride));
    }
    in = width * expansion(block);
    stride = 1;
  }
  return out;
}

}  // namespace

ResNet::ResNet(ResNetBlock block, std::vector<int64_t> blocks, ResNetOptions options)
    : block(block), blocks(std::move(blocks)), options(options) {
  const std::vector<int64_t>& counts = this->blocks;
  check_size("ResNet", "the number of stages", static_cast<int64_t>(counts.size()), 8);
  for (int64_t count : counts) check_size("ResNet", "blocks", count, 1024);
  check_size("ResNet", "num_classes", options.num_classes);
  check_size("ResNet", "in_channels", options.in_channels);
  check_size("ResNet", "width", options.width, 65536);
  int64_t width = options.width;
  const bool small = options.small_images;
  body_.push_back(&add("conv1", small ? conv(options.in_channels, width, 3)
                                      : conv(options.in_channels, width, 7, 2)));
  body_.push_back(&add("bn1", nn::BatchNorm2d(width)));
  body_.push_back(&add("relu", nn::ReLU()));
  if (!small) {
    body_.push_back(&add("maxpool", nn::MaxPool2d(3, {.stride = 2, .padding = 1})));
  }
  int64_t channels = width;
  for (size_t i = 0; i < counts.size(); ++i) {
    body_.push_back(
        &add(text("layer", i + 1), stage(block, counts[i], channels, width, i == 0 ? 1 : 2)));
    channels = width * expansion(block);
    width *= 2;
  }
  body_.push_back(&add("avgpool", nn::AdaptiveAvgPool2d(1)));
  body_.push_back(&add("flatten", nn::Flatten()));
  body_.push_back(&add("fc", nn::Linear(channels, options.num_classes)));
  he_initialise(*this, {.fan_out = true});
}

Array ResNet::forward(Array x) {
  for (nn::Module* module : body_) x = (*module)(std::move(x));
  return x;
}

std::unique_ptr<nn::Module> ResNet::fresh() const {
  return std::make_unique<ResNet>(block, blocks, options);
}

std::string ResNet::arguments() const {
  std::string counts;
  for (int64_t count : blocks) counts += text(counts.empty() ? "" : ", ", count);
  return text(block == ResNetBlock::Basic ? "\"basic\"" : "\"bottleneck\"", ", [", counts,
              "], num_classes=", options.num_classes);
}

namespace {
ResNet for_photographs(ResNetBlock block, std::vector<int64_t> blocks, NetOptions options) {
  return {block, std::move(blocks), {options.num_classes, options.in_channels}};
}
}  // namespace

ResNet resnet18(NetOptions o) { return for_photographs(ResNetBlock::Basic, {2, 2, 2, 2}, o); }
ResNet resnet34(NetOptions o) { return for_photographs(ResNetBlock::Basic, {3, 4, 6, 3}, o); }
ResNet resnet50(NetOptions o) { return for_photographs(ResNetBlock::Bottleneck, {3, 4, 6, 3}, o); }

ResNet resnet20(NetOptions options) {
  return {ResNetBlock::Basic, {3, 3, 3}, {options.num_classes, options.in_channels, 16, true}};
}

}  // namespace lamina::models
