#include "lamina/nn/group_norm.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/init.h"
#include "lamina/nn/number_checks.h"
#include "lamina/ops/normalization.h"

namespace lamina::nn {
namespace {

Array value_or_empty(const Parameter& p) { return p ? Array(p) : Array(); }

void check_channels(const Array& x, int64_t channels) {
  if (x.ndim() >= 2 && x.shape(1) == channels) return;
  throw ShapeError(text("expected ", channels, " channels on axis 1, got ", x.shape()))
      .detail("input", describe_input(x));
}

}  // namespace

GroupNorm::GroupNorm(int64_t num_groups, int64_t num_channels, GroupNormOptions options)
    : num_groups(num_groups), num_channels(num_channels), options(options) {
  if (num_groups < 1 || num_channels < 0 || num_channels % num_groups != 0) {
    throw ValueError(
        text("GroupNorm: ", num_channels, " channels do not divide into ", num_groups, " groups"));
  }
  checked_eps("GroupNorm", options.eps);
  if (!options.affine) return;
  weight = parameter("weight", init::ones({num_channels}, options.dtype));
  bias = parameter("bias", init::zeros({num_channels}, options.dtype));
}

Array GroupNorm::forward(Array x) {
  check_channels(x, num_channels);
  return group_norm(std::move(x), num_groups, value_or_empty(weight), value_or_empty(bias),
                    options.eps);
}

std::unique_ptr<Module> GroupNorm::fresh() const {
  return std::make_unique<GroupNorm>(num_groups, num_channels, options);
}

std::string GroupNorm::arguments() const {
  return text(num_groups, ", ", num_channels, ", eps=", options.eps,
              options.affine ? "" : ", affine=false");
}

InstanceNorm::InstanceNorm(int64_t num_features, int axes, InstanceNormOptions options)
    : num_features(num_features), options(options), axes_(axes) {
  if (num_features < 0) {
    throw ValueError(text("InstanceNorm: num_features must not be negative, got ", num_features));
  }
  checked_eps("InstanceNorm", options.eps);
  if (!options.affine) return;
  weight = parameter("weight", init::ones({num_features}, options.dtype));
  bias = parameter("bias", init::zeros({num_features}, options.dtype));
}

Array InstanceNorm::forward(Array x) {
  if (x.ndim() != axes_) {
    throw ShapeError(text("expected an input of ", axes_, " axes, got ", x.shape()))
        .detail("input", describe_input(x));
  }
  check_channels(x, num_features);
  return instance_norm(std::move(x), value_or_empty(weight), value_or_empty(bias), options.eps);
}

std::string InstanceNorm::arguments() const {
  return text(num_features, ", eps=", options.eps, options.affine ? ", affine=true" : "");
}

}  // namespace lamina::nn
