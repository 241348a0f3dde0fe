// clip(x, low, high): each element brought into [low, high]; NaN stays NaN.
#include "lamina/ops/elementwise.h"

namespace lamina {

Array clip(Array x, Array low, Array high) {
  return minimum(maximum(std::move(x), std::move(low)), std::move(high));
}

}  // namespace lamina
