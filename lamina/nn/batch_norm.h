#pragma once

#include "lamina/nn/module.h"

namespace lamina::nn {

struct BatchNormOptions {
  double eps = 1e-5;
  double momentum = 0.1;            // how much of the newest batch enters the running statistics
  bool affine = true;               // learn a scale and a shift
  bool track_running_stats = true;  // without them, evaluation uses the batch's moments too
  DType dtype = float32;
};

// (x - mean) / sqrt(var + eps) * weight + bias per channel (Ioffe and Szegedy 2015), with the
// moments of the batch in training and the running ones in evaluation. The running variance is the
// unbiased one.
class BatchNorm : public Module {
 public:
  Array forward(Array x) override;
  std::string description() const override;
  std::string arguments() const override;

  int64_t num_features;
  BatchNormOptions options;
  Parameter weight, bias;
  Buffer running_mean, running_var, num_batches_tracked;

 protected:
  BatchNorm(int64_t num_features, int least_axes, int most_axes, BatchNormOptions options);

 private:
  void track(const Array& mean, const Array& var, int64_t count);
  int least_axes_, most_axes_;
};

// x [N, C] or [N, C, length].
class BatchNorm1d : public BatchNorm {
 public:
  explicit BatchNorm1d(int64_t num_features, BatchNormOptions options = {})
      : BatchNorm(num_features, 2, 3, options) {}
  std::unique_ptr<Module> fresh() const override;
};

// x [N, C, height, width].
class BatchNorm2d : public BatchNorm {
 public:
  explicit BatchNorm2d(int64_t num_features, BatchNormOptions options = {})
      : BatchNorm(num_features, 4, 4, options) {}
  std::unique_ptr<Module> fresh() const override;
};

// x [N, C, depth, height, width].
class BatchNorm3d : public BatchNorm {
 public:
  explicit BatchNorm3d(int64_t num_features, BatchNormOptions options = {})
      : BatchNorm(num_features, 5, 5, options) {}
  std::unique_ptr<Module> fresh() const override;
};

}  // namespace lamina::nn
