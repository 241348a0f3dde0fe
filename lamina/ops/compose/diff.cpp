// diff(x): the differences of neighbours along an axis, n times over.
#include "lamina/base/error.h"
#include "lamina/ops/cumulative.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina {

Array diff(Array x, DiffOptions options) {
  if (!x) throw StateError("diff: x is an empty Array");
  if (x.dtype() == bool_) throw DTypeError("diff: expected numbers, got bool");
  if (options.n < 0) throw ValueError(text("diff: n must not be negative, got ", options.n));
  const int axis = normalize_axis(options.axis, x.ndim(), "diff: axis");
  if (options.prepend) x = concatenate({std::move(options.prepend), std::move(x)}, axis);
  if (options.append) x = concatenate({std::move(x), std::move(options.append)}, axis);
  for (int64_t step = 0; step < options.n && x.shape(axis) > 0; ++step) {
    IntList start(static_cast<size_t>(x.ndim()), 0), stop(x.shape().begin(), x.shape().end());
    stop[axis] -= 1;
    Array earlier = slice(x, start, stop);
    start[axis] = 1, stop[axis] += 1;
    x = slice(std::move(x), start, stop) - std::move(earlier);
  }
  return x;
}

}  // namespace lamina
