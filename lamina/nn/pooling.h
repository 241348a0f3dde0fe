// Pooling modules: those of one, two and three spatial axes are one template each.
#pragma once

#include "lamina/nn/module.h"
#include "lamina/ops/adaptive.h"
#include "lamina/ops/pooling.h"

namespace lamina::nn {

// What windows are made of, for printing.
std::string window_arguments(int axes, const PerAxis& kernel_size, const PerAxis& stride);

// "MaxPool2d" from "MaxPool" and 2.
std::string axes_kind(const char* name, int axes);

// Maximum over windows of x [N, C, spatial..].
template <int kAxes>
class MaxPool : public Module {
 public:
  explicit MaxPool(PerAxis kernel_size, PoolOptions options = {})
      : kernel_size(std::move(kernel_size)), options(std::move(options)) {}
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override {
    return std::make_unique<MaxPool>(kernel_size, options);
  }
  std::string kind() const override { return axes_kind("MaxPool", kAxes); }
  std::string arguments() const override {
    return window_arguments(kAxes, kernel_size, options.stride);
  }
  PerAxis kernel_size;
  PoolOptions options;
};
using MaxPool1d = MaxPool<1>;
using MaxPool2d = MaxPool<2>;
using MaxPool3d = MaxPool<3>;

// Average over windows of x [N, C, spatial..].
template <int kAxes>
class AvgPool : public Module {
 public:
  explicit AvgPool(PerAxis kernel_size, PoolOptions options = {})
      : kernel_size(std::move(kernel_size)), options(std::move(options)) {}
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override {
    return std::make_unique<AvgPool>(kernel_size, options);
  }
  std::string kind() const override { return axes_kind("AvgPool", kAxes); }
  std::string arguments() const override {
    return window_arguments(kAxes, kernel_size, options.stride);
  }
  PerAxis kernel_size;
  PoolOptions options;
};
using AvgPool1d = AvgPool<1>;
using AvgPool2d = AvgPool<2>;
using AvgPool3d = AvgPool<3>;

// (sum of x^norm over the window)^(1 / norm).
template <int kAxes>
class LPPool : public Module {
 public:
  LPPool(double norm_type, PerAxis kernel_size, LpPoolOptions options = {})
      : norm_type(norm_type), kernel_size(std::move(kernel_size)), options(std::move(options)) {}
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override {
    return std::make_unique<LPPool>(norm_type, kernel_size, options);
  }
  std::string kind() const override { return axes_kind("LPPool", kAxes); }
  std::string arguments() const override {
    return text("norm_type=", norm_type, ", ",
                window_arguments(kAxes, kernel_size, options.stride));
  }
  double norm_type;
  PerAxis kernel_size;
  LpPoolOptions options;
};
using LPPool1d = LPPool<1>;
using LPPool2d = LPPool<2>;
using LPPool3d = LPPool<3>;

// Averages that give [N, C, *output_size]; 1 is the average over all positions.
template <int kAxes>
class AdaptiveAvgPool : public Module {
 public:
  explicit AdaptiveAvgPool(PerAxis output_size) : output_size(std::move(output_size)) {}
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override {
    return std::make_unique<AdaptiveAvgPool>(output_size);
  }
  std::string kind() const override { return axes_kind("AdaptiveAvgPool", kAxes); }
  std::string arguments() const override {
    return text("output_size=", output_size.for_axes(kAxes, 0, "output_size"));
  }
  PerAxis output_size;
};
using AdaptiveAvgPool1d = AdaptiveAvgPool<1>;
using AdaptiveAvgPool2d = AdaptiveAvgPool<2>;
using AdaptiveAvgPool3d = AdaptiveAvgPool<3>;

// Maxima that give [N, C, *output_size].
template <int kAxes>
class AdaptiveMaxPool : public Module {
 public:
  explicit AdaptiveMaxPool(PerAxis output_size) : output_size(std::move(output_size)) {}
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override {
    return std::make_unique<AdaptiveMaxPool>(output_size);
  }
  std::string kind() const override { return axes_kind("AdaptiveMaxPool", kAxes); }
  std::string arguments() const override {
    return text("output_size=", output_size.for_axes(kAxes, 0, "output_size"));
  }
  PerAxis output_size;
};
using AdaptiveMaxPool1d = AdaptiveMaxPool<1>;
using AdaptiveMaxPool2d = AdaptiveMaxPool<2>;
using AdaptiveMaxPool3d = AdaptiveMaxPool<3>;

// Maxima over windows at random places; drawn anew at each call, in evaluation too, as in PyTorch.
template <int kAxes>
class FractionalMaxPool : public Module {
 public:
  FractionalMaxPool(PerAxis kernel_size, FractionalPoolOptions options)
      : kernel_size(std::move(kernel_size)), options(std::move(options)) {}
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override {
    return std::make_unique<FractionalMaxPool>(kernel_size, options);
  }
  std::string kind() const override { return axes_kind("FractionalMaxPool", kAxes); }
  PerAxis kernel_size;
  FractionalPoolOptions options;
};
using FractionalMaxPool2d = FractionalMaxPool<2>;
using FractionalMaxPool3d = FractionalMaxPool<3>;

// {values, indices} (max_pool_with_indices) -> values at their places, 0 elsewhere.
template <int kAxes>
class MaxUnpool : public Module {
 public:
  explicit MaxUnpool(PerAxis kernel_size, UnpoolOptions options = {})
      : kernel_size(std::move(kernel_size)), options(std::move(options)) {}
  Array forward(Array x, Array indices);
  std::vector<Array> forward_all(std::vector<Array> inputs) override;
  std::unique_ptr<Module> fresh() const override {
    return std::make_unique<MaxUnpool>(kernel_size, options);
  }
  std::string kind() const override { return axes_kind("MaxUnpool", kAxes); }
  PerAxis kernel_size;
  UnpoolOptions options;
};
using MaxUnpool1d = MaxUnpool<1>;
using MaxUnpool2d = MaxUnpool<2>;
using MaxUnpool3d = MaxUnpool<3>;

}  // namespace lamina::nn
