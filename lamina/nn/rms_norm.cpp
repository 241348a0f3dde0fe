#include "lamina/nn/rms_norm.h"

#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/init.h"
#include "lamina/nn/number_checks.h"
#include "lamina/ops/normalization.h"

namespace lamina::nn {

RMSNorm::RMSNorm(IntList shape, RMSNormOptions options)
    : normalized_shape(std::move(shape)), options(options) {
  check_normalized_shape("RMSNorm", normalized_shape);
  checked_eps("RMSNorm", options.eps);
  if (!options.elementwise_affine) return;
  weight = parameter("weight", init::ones(normalized_shape, options.dtype));
}

Array RMSNorm::forward(Array x) {
  const Shape& shape = x.shape();
  const size_t axes = normalized_shape.size();
  if (shape.size() < axes ||
      !std::equal(normalized_shape.begin(), normalized_shape.end(), shape.end() - axes)) {
    throw ShapeError(text("expected an input that ends in ", normalized_shape, ", got ", shape))
        .detail("input", describe_input(x));
  }
  return rms_norm(std::move(x), weight ? Array(weight) : Array(), options.eps,
                  static_cast<int>(axes));
}

std::unique_ptr<Module> RMSNorm::fresh() const {
  return std::make_unique<RMSNorm>(normalized_shape, options);
}

std::string RMSNorm::arguments() const { return text(normalized_shape, ", eps=", options.eps); }

Array LocalResponseNorm::forward(Array x) {
  return local_response_norm(std::move(x), size, {alpha, beta, k});
}

std::unique_ptr<Module> LocalResponseNorm::fresh() const {
  return std::make_unique<LocalResponseNorm>(size, alpha, beta, k);
}

std::string LocalResponseNorm::arguments() const {
  return text(size, ", alpha=", alpha, ", beta=", beta, ", k=", k);
}

}  // namespace lamina::nn
