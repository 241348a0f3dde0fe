#include "lamina/nn/batch_norm.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/init.h"
#include "lamina/nn/number_checks.h"
#include "lamina/op/recording.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/normalization.h"

namespace lamina::nn {

BatchNorm::BatchNorm(int64_t num_features, int least_axes, int most_axes, BatchNormOptions options)
    : num_features(num_features), options(options), least_axes_(least_axes), most_axes_(most_axes) {
  if (num_features < 1) {
    throw ValueError(text("BatchNorm: expected 1 feature or more, got ", num_features));
  }
  checked_eps("BatchNorm", options.eps);
  checked_number("BatchNorm", "momentum", options.momentum);
  if (options.affine) {
    weight = parameter("weight", init::ones({num_features}, options.dtype));
    bias = parameter("bias", init::zeros({num_features}, options.dtype));
  }
  if (options.track_running_stats) {
    running_mean = buffer("running_mean", init::zeros({num_features}, options.dtype));
    running_var = buffer("running_var", init::ones({num_features}, options.dtype));
    num_batches_tracked = buffer("num_batches_tracked", init::zeros({}, int64));
  }
}

Array BatchNorm::forward(Array x) {
  if (x.ndim() < least_axes_ || x.ndim() > most_axes_) {
    throw ShapeError(text("expected ", least_axes_,
                          most_axes_ > least_axes_ ? text(" or ", most_axes_) : "", " axes, got ",
                          x.ndim()))
        .detail("input", describe_input(x));
  }
  if (x.shape(1) != num_features) {
    throw ShapeError(text("expected ", num_features, " channels on axis 1, got ", x.shape(1)))
        .detail("input", describe_input(x))
        .help(text(kind(), "(", x.shape(1), ")"));
  }
  Array scale = weight ? Array(weight) : Array(), shift = bias ? Array(bias) : Array();
  bool of_batch = training() || !options.track_running_stats;
  if (!of_batch) {
    return batch_norm(std::move(x), {running_mean, running_var}, std::move(scale), std::move(shift),
                      options.eps);
  }
  int64_t count = x.size() / num_features;
  if (training() && count < 2) {
    throw ValueError(text("training needs more than one value per channel, got input ", x.shape()))
        .help("use a larger batch, or eval()");
  }
  Moments moments = channel_moments(x);
  if (training() && options.track_running_stats) track(moments.mean, moments.var, count);
  return batch_norm(std::move(x), std::move(moments), std::move(scale), std::move(shift),
                    options.eps);
}

void BatchNorm::track(const Array& mean, const Array& var, int64_t count) {
  NoGrad no_grad;
  double n = static_cast<double>(count), m = options.momentum;
  auto blend = [&](const Buffer& running, Array newest) {
    return running.value() * (1 - m) + astype(std::move(newest), running.dtype()) * m;
  };
  update({{running_mean, blend(running_mean, mean)},
          {running_var, blend(running_var, var * (n / (n - 1)))},
          {num_batches_tracked, num_batches_tracked.value() + 1}});
}

std::string BatchNorm::description() const { return text(kind(), " ", num_features); }

std::string BatchNorm::arguments() const {
  return text(num_features, ", eps=", options.eps, ", momentum=", options.momentum,
              options.affine ? "" : ", affine=false",
              options.track_running_stats ? "" : ", track_running_stats=false");
}

std::unique_ptr<Module> BatchNorm1d::fresh() const {
  return std::make_unique<BatchNorm1d>(num_features, options);
}
std::unique_ptr<Module> BatchNorm2d::fresh() const {
  return std::make_unique<BatchNorm2d>(num_features, options);
}

std::unique_ptr<Module> BatchNorm3d::fresh() const {
  return std::make_unique<BatchNorm3d>(num_features, options);
}

}  // namespace lamina::nn
