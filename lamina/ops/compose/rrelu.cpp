// rrelu(x): leaky_relu whose slope is drawn for each element in training (Xu et al. 2015).
#include "lamina/ops/activations.h"
#include "lamina/ops/compose/arguments.h"

namespace lamina {

Array rrelu(Array x, RReluOptions options, Generator& generator) {
  require_arrays("rrelu", {{"x", x}});
  check_finite("rrelu", "lower", options.lower);
  check_finite("rrelu", "upper", options.upper);
  if (options.lower > options.upper) {
    throw ValueError(
        text("rrelu: lower must not be above upper, got ", options.lower, " and ", options.upper));
  }
  x = as_floating(std::move(x));
  if (!options.training) return leaky_relu(std::move(x), (options.lower + options.upper) / 2);
  Array slope = random_uniform(sizes_of(x), options.lower, options.upper, x.dtype(), generator);
  return leaky_relu(std::move(x), std::move(slope));
}

}  // namespace lamina
