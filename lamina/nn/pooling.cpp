#include "lamina/nn/pooling.h"

#include "lamina/base/text.h"

namespace lamina::nn {
namespace {

std::string two(const PerAxis& sizes, const char* what) { return text(sizes.for_axes(2, 0, what)); }

std::string window(const PerAxis& kernel_size, const PoolOptions& options) {
  std::string out = text("kernel_size=", two(kernel_size, "kernel_size"));
  if (options.stride.given()) out += text(", stride=", two(options.stride, "stride"));
  return out;
}

}  // namespace

Array MaxPool2d::forward(Array x) { return max_pool2d(std::move(x), kernel_size, options); }
Array AvgPool2d::forward(Array x) { return avg_pool2d(std::move(x), kernel_size, options); }
Array AdaptiveAvgPool2d::forward(Array x) { return adaptive_avg_pool2d(std::move(x), output_size); }

std::unique_ptr<Module> MaxPool2d::fresh() const { return std::make_unique<MaxPool2d>(kernel_size, options); }
std::unique_ptr<Module> AvgPool2d::fresh() const { return std::make_unique<AvgPool2d>(kernel_size, options); }
std::unique_ptr<Module> AdaptiveAvgPool2d::fresh() const {
  return std::make_unique<AdaptiveAvgPool2d>(output_size);
}

std::string MaxPool2d::arguments() const { return window(kernel_size, options); }
std::string AvgPool2d::arguments() const { return window(kernel_size, options); }
std::string AdaptiveAvgPool2d::arguments() const { return text("output_size=", two(output_size, "output_size")); }

}  // namespace lamina::nn
