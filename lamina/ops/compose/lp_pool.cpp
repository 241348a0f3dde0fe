// lp_pool(x, norm) = (sum over the window of x^norm)^(1 / norm). The norm is a number leaf: another
// norm does not make another program.
#include "lamina/base/error.h"
#include "lamina/ops/adaptive.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/number.h"

namespace lamina {

Array lp_pool(Array x, Array norm, PerAxis window, const LpPoolOptions& options) {
  if (!x || !norm) throw StateError(text("lp_pool: ", x ? "norm" : "x", " is an empty Array"));
  if (norm.ndim() != 0) {
    throw ShapeError(text("lp_pool: expected one number as norm, got ", describe(norm)));
  }
  // The type is settled first: a number on its own is float32, and so would be its reciprocal.
  norm = typed(std::move(norm), is_floating(x.dtype()) ? x.dtype() : float32);
  Array sums = avg_pool(power(std::move(x), norm), std::move(window),
                        {.stride = options.stride, .ceil_mode = options.ceil_mode, .divisor = 1});
  return power(std::move(sums), 1.0 / std::move(norm));
}

}  // namespace lamina
