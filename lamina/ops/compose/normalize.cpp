// normalize(x) = x / max(norm of x along an axis, epsilon).
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/compose/p_norm.h"
#include "lamina/ops/distance.h"

namespace lamina {

Array normalize(Array x, NormalizeOptions options) {
  require_arrays("normalize", {{"x", x}});
  check_finite("normalize", "epsilon", options.epsilon);
  const int axis = normalize_axis(options.axis, x.ndim(), "normalize: axis");
  x = as_floating(std::move(x));
  Array norm = p_norm(x, options.p, {.axis = axis, .keepdims = true}, "normalize");
  return std::move(x) / maximum(std::move(norm), options.epsilon);
}

}  // namespace lamina
