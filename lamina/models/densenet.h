// DenseNet: each layer sees the outputs of all layers before it in its block (Huang et al.,
// "Densely Connected Convolutional Networks", 2017).
//
//   models::DenseNet net = models::densenet121({.num_classes = 10, .small_images = true});
//   Array scores = net(images);  // [N, 3, 32, 32] -> [N, 10]
//
// Parameters have torchvision's names, so its weights load as they are.
#pragma once

#include <vector>

#include "lamina/nn/module.h"

namespace lamina::models {

struct DenseNetOptions {
  int64_t num_classes = 1000;
  int64_t in_channels = 3;
  bool small_images = false;   // the stem is one 3x3 convolution, not 7x7 and a pooling of stride 2
  int64_t init_features = 64;  // channels of the stem
  int64_t bottleneck = 4;  // a 1x1 convolution to bottleneck * growth_rate channels comes before
                           // each 3x3; 0: none
  bool compress = true;    // transitions halve the channels
  double dropout = 0;      // rate, after each layer
};

// x [N, in_channels, height, width] -> [N, num_classes].
class DenseNet : public nn::Module {
 public:
  // Each layer adds `growth_rate` channels; `blocks`: how many layers each block has.
  DenseNet(int64_t growth_rate, std::vector<int64_t> blocks, DenseNetOptions options = {});
  Array forward(Array x) override;
  std::unique_ptr<nn::Module> fresh() const override;
  std::string arguments() const override;

  int64_t growth_rate;
  std::vector<int64_t> blocks;
  DenseNetOptions options;

 private:
  nn::Module* features_;
  nn::Module* classifier_;
};

struct DenseNet121Options {
  int64_t num_classes = 1000;
  int64_t in_channels = 3;
  bool small_images = false;  // images of 32x32, say: the stem does not make them smaller
};
DenseNet densenet121(DenseNet121Options options = {});

// The paper's first net for images of 32x32: three blocks of 12 layers that add 12 channels each,
// with neither bottlenecks nor compression.
struct DenseNet40Options {
  int64_t num_classes = 10;
  int64_t in_channels = 3;
};
DenseNet densenet40(DenseNet40Options options = {});

}  // namespace lamina::models
