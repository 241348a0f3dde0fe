#include "lamina/nn/init.h"

#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/number_checks.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/random.h"

namespace lamina::nn::init {
namespace {

thread_local constinit bool skipping = false;

double gain(const KaimingOptions& options) {
  checked_number("init.kaiming", "a", options.a);
  return std::sqrt(2 / (1 + options.a * options.a));
}

double fan(const IntList& shape, const KaimingOptions& options) {
  Fans f = fans(shape);
  return std::max(options.fan_out ? f.out : f.in, 1.0);
}

}  // namespace

Skip::Skip() : before_(std::exchange(skipping, true)) {}
Skip::~Skip() { skipping = before_; }

Fans fans(const IntList& shape) {
  if (shape.size() < 2) {
    throw ShapeError(text("init: expected a weight of two axes or more, got ", shape))
        .help("weights are [out, in, kernel..]; use uniform or normal for others");
  }
  double field = 1;
  for (size_t i = 2; i < shape.size(); ++i) field *= static_cast<double>(shape[i]);
  return {static_cast<double>(shape[1]) * field, static_cast<double>(shape[0]) * field};
}

Array zeros(IntList shape, DType dtype) { return lamina::zeros(std::move(shape), dtype); }

Array ones(IntList shape, DType dtype) { return constant(std::move(shape), 1, dtype); }

Array constant(IntList shape, double value, DType dtype) {
  checked_number("init.constant", "value", value);
  return full(std::move(shape), skipping ? 0 : value, dtype);
}

Array uniform(IntList shape, double low, double high, DType dtype) {
  checked_number("init.uniform", "low", low), checked_number("init.uniform", "high", high);
  if (skipping) return lamina::zeros(std::move(shape), dtype);
  return random_uniform(std::move(shape), low, high, dtype);
}

Array normal(IntList shape, double mean, double deviation, DType dtype) {
  checked_number("init.normal", "mean", mean);
  if (!(deviation >= 0)) {
    throw ValueError(text("init.normal: deviation must be 0 or more, got ", deviation));
  }
  if (skipping) return lamina::zeros(std::move(shape), dtype);
  return random_normal(std::move(shape), mean, deviation, dtype);
}

Array kaiming_uniform(IntList shape, KaimingOptions options) {
  double bound = gain(options) * std::sqrt(3 / fan(shape, options));
  return uniform(std::move(shape), -bound, bound, options.dtype);
}

Array kaiming_normal(IntList shape, KaimingOptions options) {
  double deviation = gain(options) / std::sqrt(fan(shape, options));
  return normal(std::move(shape), 0, deviation, options.dtype);
}

Array xavier_uniform(IntList shape, double gain, DType dtype) {
  checked_number("init.xavier_uniform", "gain", gain);
  Fans f = fans(shape);
  double bound = gain * std::sqrt(6 / std::max(f.in + f.out, 1.0));
  return uniform(std::move(shape), -bound, bound, dtype);
}

Array xavier_normal(IntList shape, double gain, DType dtype) {
  checked_number("init.xavier_normal", "gain", gain);
  Fans f = fans(shape);
  return normal(std::move(shape), 0, gain * std::sqrt(2 / std::max(f.in + f.out, 1.0)), dtype);
}

Array layer_bias(int64_t size, double fan_in, DType dtype) {
  double bound = 1 / std::sqrt(std::max(fan_in, 1.0));
  return uniform({size}, -bound, bound, dtype);
}

}  // namespace lamina::nn::init
