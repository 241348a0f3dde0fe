// ResNet: convolution nets whose blocks add to their input (He et al., "Deep Residual Learning for
// Image Recognition", 2016).
//
//   models::ResNet net = models::resnet50({.num_classes = 14});
//   Array scores = net(images);  // [N, 3, 224, 224] -> [N, 14]
//
// Parameters have torchvision's names, so its weights load as they are. The bottleneck is the one
// of torchvision too ("v1.5"): the stride is that of its 3x3 convolution.
#pragma once

#include <vector>

#include "lamina/nn/module.h"
#include "lamina/nn/sequential.h"

namespace lamina::models {

enum class ResNetBlock : uint8_t {
  Basic,       // two 3x3 convolutions
  Bottleneck,  // 1x1, 3x3, 1x1 with four times the channels
};

struct ResNetOptions {
  int64_t num_classes = 1000;
  int64_t in_channels = 3;
  int64_t width = 64;         // channels of the first stage; each stage has twice those before it
  bool small_images = false;  // the stem is one 3x3 convolution, not 7x7 and a pooling of stride 2
};

// x [N, in_channels, height, width] -> [N, num_classes]; any size that its strides leave a point
// of.
class ResNet : public nn::Module {
 public:
  // `blocks`: how many each stage has.
  ResNet(ResNetBlock block, std::vector<int64_t> blocks, ResNetOptions options = {});
  Array forward(Array x) override;
  std::unique_ptr<nn::Module> fresh() const override;
  std::string arguments() const override;

  ResNetBlock block;
  std::vector<int64_t> blocks;
  ResNetOptions options;

 private:
  std::vector<nn::Module*> body_;  // in the order of forward; relu after the second
};

struct NetOptions {
  int64_t num_classes = 1000;
  int64_t in_channels = 3;
};
ResNet resnet18(NetOptions options = {});
ResNet resnet34(NetOptions options = {});
ResNet resnet50(NetOptions options = {});

// Section 4.2 of the paper: three stages of three basic blocks of 16, 32 and 64 channels, for
// images of 32x32, with projections as shortcuts where the size changes.
ResNet resnet20(NetOptions options = {.num_classes = 10});

}  // namespace lamina::models
