#include "lamina/models/he_initialise.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/convolution.h"
#include "lamina/nn/init.h"
#include "lamina/nn/linear.h"

namespace lamina::models {

void he_initialise(nn::Module& net, HeOptions options) {
  net.apply([&](nn::Module& module) {
    if (auto* conv = dynamic_cast<nn::Conv2d*>(&module)) {
      const Array old = conv->weight;
      IntList shape;
      for (int64_t size : old.shape()) shape.push_back(size);
      conv->weight->set_value(nn::init::kaiming_normal(
          std::move(shape), {.fan_out = options.fan_out, .dtype = old.dtype()}));
    } else if (auto* linear = dynamic_cast<nn::Linear*>(&module)) {
      if (!options.zero_linear_bias || !linear->bias) return;
      linear->bias->set_value(nn::init::zeros({linear->out_features}, linear->options.dtype));
    }
  });
}

void check_size(const char* net, const char* what, int64_t value, int64_t most) {
  if (value >= 1 && value <= most) return;
  throw ValueError(text(net, ": ", what, " must be 1 to ", most, ", got ", value));
}

}  // namespace lamina::models
