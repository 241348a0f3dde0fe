#include "lamina/nn/layer_norm.h"

#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/init.h"
#include "lamina/nn/number_checks.h"
#include "lamina/ops/normalization.h"

namespace lamina::nn {

LayerNorm::LayerNorm(IntList shape, LayerNormOptions options)
    : normalized_shape(std::move(shape)), options(options) {
  check_normalized_shape("LayerNorm", normalized_shape);
  checked_eps("LayerNorm", options.eps);
  if (!options.elementwise_affine) return;
  weight = parameter("weight", init::ones(normalized_shape, options.dtype));
  if (options.bias) bias = parameter("bias", init::zeros(normalized_shape, options.dtype));
}

Array LayerNorm::forward(Array x) {
  const Shape& shape = x.shape();
  size_t axes = normalized_shape.size();
  if (shape.size() < axes ||
      !std::equal(normalized_shape.begin(), normalized_shape.end(), shape.end() - axes)) {
    throw ShapeError(text("expected an input that ends in ", normalized_shape, ", got ", shape))
        .detail("input", describe_input(x));
  }
  return layer_norm(std::move(x), weight ? Array(weight) : Array(), bias ? Array(bias) : Array(),
                    options.eps, static_cast<int>(axes));
}

std::unique_ptr<Module> LayerNorm::fresh() const {
  return std::make_unique<LayerNorm>(normalized_shape, options);
}

std::string LayerNorm::arguments() const { return text(normalized_shape, ", eps=", options.eps); }

}  // namespace lamina::nn
