// trapezoid, cumulative_trapezoid: (y[i] + y[i + 1]) / 2 times the distance of the two samples.
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/cumulative.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/numerical.h"
#include "lamina/ops/reduction.h"

namespace lamina {

namespace {

// The areas between neighbours.
Array areas(const char* function, Array y, const TrapezoidOptions& options, int axis) {
  y = as_floating(std::move(y));
  IntList start(static_cast<size_t>(y.ndim()), 0), stop = sizes_of(y);
  if (y.shape(axis) < 2) {
    stop[axis] = 0;
    return slice(std::move(y), std::move(start), std::move(stop));
  }
  Array width = options.dx;
  if (options.x) {
    const int64_t samples = y.shape(axis);
    Array x = options.x;
    if (x.ndim() == 1 && x.size() == samples) {
      IntList shape(static_cast<size_t>(y.ndim()), 1);
      shape[axis] = samples;
      x = reshape(std::move(x), std::move(shape));
    } else if (x.ndim() != y.ndim() || x.shape(axis) != samples) {
      throw ShapeError(text(function, ": expected x with ", samples, " samples on axis ", axis,
                            ", got ", describe(x)));
    }
    width = diff(std::move(x), {.axis = axis});
  } else if (!width || width.ndim() != 0) {
    throw ShapeError(text(function, ": expected one number as dx"));
  }
  stop[axis] -= 1;
  const Array first = slice(y, start, stop);
  start[axis] = 1, stop[axis] += 1;
  return (first + slice(std::move(y), std::move(start), std::move(stop))) * 0.5 * width;
}

}  // namespace

Array trapezoid(Array y, const TrapezoidOptions& options) {
  require_arrays("trapezoid", {{"y", y}});
  const int axis = normalize_axis(options.axis, y.ndim(), "trapezoid: axis");
  return sum(areas("trapezoid", std::move(y), options, axis), {.axis = axis});
}

Array cumulative_trapezoid(Array y, const TrapezoidOptions& options) {
  require_arrays("cumulative_trapezoid", {{"y", y}});
  const int axis = normalize_axis(options.axis, y.ndim(), "cumulative_trapezoid: axis");
  return cumulative_sum(areas("cumulative_trapezoid", std::move(y), options, axis), {.axis = axis});
}

}  // namespace lamina
