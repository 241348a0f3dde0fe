// softmin(x, axis) = softmax(-x).
#include "lamina/ops/activations.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/softmax.h"

namespace lamina {

Array softmin(Array x, int axis) {
  require_arrays("softmin", {{"x", x}});
  return softmax(-as_floating(std::move(x)), {.axis = axis});
}

}  // namespace lamina
