#pragma once

#include "lamina/nn/module.h"
#include "lamina/ops/pooling.h"

namespace lamina::nn {

// Maximum over windows of x [N, C, height, width].
class MaxPool2d : public Module {
 public:
  explicit MaxPool2d(PerAxis kernel_size, PoolOptions options = {})
      : kernel_size(std::move(kernel_size)), options(std::move(options)) {}
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;
  PerAxis kernel_size;
  PoolOptions options;
};

// Average over windows of x [N, C, height, width].
class AvgPool2d : public Module {
 public:
  explicit AvgPool2d(PerAxis kernel_size, PoolOptions options = {})
      : kernel_size(std::move(kernel_size)), options(std::move(options)) {}
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;
  PerAxis kernel_size;
  PoolOptions options;
};

// Averages that give [N, C, *output_size]; 1 is the average over all positions.
class AdaptiveAvgPool2d : public Module {
 public:
  explicit AdaptiveAvgPool2d(PerAxis output_size) : output_size(std::move(output_size)) {}
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;
  PerAxis output_size;
};

}  // namespace lamina::nn
