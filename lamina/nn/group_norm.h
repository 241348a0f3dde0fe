#pragma once

#include "lamina/nn/module.h"

namespace lamina::nn {

struct GroupNormOptions {
  double eps = 1e-5;
  bool affine = true;  // learn a scale and a shift for each channel
  DType dtype = float32;
};

// x [N, C, ..] normalised over groups of channels (Wu and He 2018).
class GroupNorm : public Module {
 public:
  GroupNorm(int64_t num_groups, int64_t num_channels, GroupNormOptions options = {});
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;

  int64_t num_groups, num_channels;
  GroupNormOptions options;
  Parameter weight, bias;
};

// As torch: no scale and shift if not asked for. Running statistics are not kept.
struct InstanceNormOptions {
  double eps = 1e-5;
  bool affine = false;
  DType dtype = float32;
};

// Each channel of each entry normalised by itself (Ulyanov et al. 2016).
class InstanceNorm : public Module {
 public:
  Array forward(Array x) override;
  std::string arguments() const override;

  int64_t num_features;
  InstanceNormOptions options;
  Parameter weight, bias;

 protected:
  InstanceNorm(int64_t num_features, int axes, InstanceNormOptions options);

 private:
  int axes_;
};

#define LAMINA_INSTANCE_NORM(Name, axes)                                  \
  class Name : public InstanceNorm {                                      \
   public:                                                                \
    explicit Name(int64_t num_features, InstanceNormOptions options = {}) \
        : InstanceNorm(num_features, axes, options) {}                    \
    std::unique_ptr<Module> fresh() const override {                      \
      return std::make_unique<Name>(num_features, options);               \
    }                                                                     \
  };
LAMINA_INSTANCE_NORM(InstanceNorm1d, 3)  // x [N, C, length]
LAMINA_INSTANCE_NORM(InstanceNorm2d, 4)  // x [N, C, height, width]
LAMINA_INSTANCE_NORM(InstanceNorm3d, 5)  // x [N, C, depth, height, width]
#undef LAMINA_INSTANCE_NORM

}  // namespace lamina::nn
