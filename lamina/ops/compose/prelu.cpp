// prelu(x, weight): leaky_relu with trained slopes (He et al. 2015), one for each channel (axis 1).
#include "lamina/ops/activations.h"
#include "lamina/ops/channel_axes.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/movement.h"

namespace lamina {

Array prelu(Array x, Array weight) {
  require_arrays("prelu", {{"x", x}, {"weight", weight}});
  if (weight.ndim() <= 1 && weight.size() == 1) {
    return leaky_relu(std::move(x), reshape(std::move(weight), {}));
  }
  const int64_t channels = x.ndim() < 2 ? 1 : x.shape(1);
  if (!(weight.shape() == Shape{channels})) {
    throw ShapeError(text("prelu: expected weight [", channels, "], one slope for each channel of ",
                          x.shape(), ", or one for all, got ", weight.shape()));
  }
  const int rank = x.ndim();
  return leaky_relu(std::move(x), per_channel(std::move(weight), rank));
}

}  // namespace lamina
