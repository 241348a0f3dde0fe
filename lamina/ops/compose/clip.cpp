// clip(x, min, max): each element brought into [min, max]; NaN stays NaN. Where min is above max the
// result is max, as in NumPy.
#include "lamina/base/error.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

Array clip(Array x, Array min, Array max) {
  if (!x) throw StateError("clip: x is an empty Array");
  if (min) x = maximum(std::move(x), std::move(min));
  if (max) x = minimum(std::move(x), std::move(max));
  return x;
}

}  // namespace lamina
