#include "lamina/nn/bilinear.h"

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/init.h"
#include "lamina/ops/linear.h"

namespace lamina::nn {

// Uniform in +-1 / sqrt(in1_features), as in torch.
Bilinear::Bilinear(int64_t in1_features, int64_t in2_features, int64_t out_features,
                   BilinearOptions options)
    : in1_features(in1_features),
      in2_features(in2_features),
      out_features(out_features),
      options(options) {
  if (in1_features < 1 || in2_features < 0 || out_features < 0) {
    throw ValueError(text("Bilinear: sizes must not be negative, and in1_features not 0, got ",
                          in1_features, ", ", in2_features, " and ", out_features));
  }
  const double bound = 1 / std::sqrt(static_cast<double>(in1_features));
  weight = parameter("weight", init::uniform({out_features, in1_features, in2_features}, -bound,
                                             bound, options.dtype));
  if (options.bias)
    bias = parameter("bias", init::uniform({out_features}, -bound, bound, options.dtype));
}

std::vector<Array> Bilinear::forward_all(std::vector<Array> inputs) {
  if (inputs.size() != 2) throw ValueError(text("expected two inputs, got ", inputs.size()));
  return {
      bilinear(std::move(inputs[0]), std::move(inputs[1]), weight, bias ? Array(bias) : Array())};
}

std::unique_ptr<Module> Bilinear::fresh() const {
  return std::make_unique<Bilinear>(in1_features, in2_features, out_features, options);
}

std::string Bilinear::arguments() const {
  return text(in1_features, ", ", in2_features, ", ", out_features);
}

}  // namespace lamina::nn
