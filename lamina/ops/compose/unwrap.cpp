// unwrap(x): each jump between neighbours is brought into half a period around 0, and what that
// changes adds up along the axis.
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/cumulative.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/numerical.h"

namespace lamina {

Array unwrap(Array x, UnwrapOptions options) {
  require_arrays("unwrap", {{"x", x}});
  const int axis = normalize_axis(options.axis, x.ndim(), "unwrap: axis");
  if (!(options.period > 0)) {
    throw ValueError(text("unwrap: period must be over 0, got ", options.period));
  }
  x = as_floating(std::move(x));
  if (x.shape(axis) < 2) return x;
  const double half = options.period / 2;
  const Array jump = diff(x, {.axis = axis});
  Array wrapped = remainder(jump + half, options.period) - half;
  wrapped = where(logical_and(wrapped == -half, jump > 0.0), half, wrapped);
  const Array change = where(absolute(jump) < half, 0.0, wrapped - jump);
  IntList before(static_cast<size_t>(x.ndim()), 0), behind = before;
  before[axis] = 1;
  return x + pad(cumulative_sum(change, {.axis = axis}), before, behind);
}

}  // namespace lamina
