// gradient(x): differences of samples along axes. With distances a before and b behind a sample its
// derivative is (a^2 x[i + 1] + (b^2 - a^2) x[i] - b^2 x[i - 1]) / (a b (a + b)) (Fornberg 1988), which
// for equal distances is (x[i + 1] - x[i - 1]) / 2a.
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/number.h"
#include "lamina/ops/numerical.h"

namespace lamina {

namespace {

// x[first : last] along an axis; places count from the end where they are negative.
Array part(const Array& x, int axis, int64_t first, int64_t last) {
  const int64_t size = x.shape(axis);
  IntList start(static_cast<size_t>(x.ndim()), 0), stop = sizes_of(x);
  start[axis] = first < 0 ? first + size : first;
  stop[axis] = last <= 0 ? last + size : last;
  return slice(x, std::move(start), std::move(stop));
}

// The distances between neighbours, [N - 1] along the axis or one number.
Array distances(const Array& spacing, const Array& x, int axis) {
  if (spacing.ndim() == 0) return typed(spacing, x.dtype());
  if (spacing.ndim() != 1 || spacing.size() != x.shape(axis)) {
    throw ShapeError(text("gradient: expected a distance or the coordinates [", x.shape(axis),
                          "] of axis ", axis, " as spacing, got ", describe(spacing)));
  }
  IntList shape(static_cast<size_t>(x.ndim()), 1);
  shape[axis] = spacing.size() - 1;
  Array between = part(spacing, 0, 1, 0) - part(spacing, 0, 0, -1);
  return reshape(std::move(between), std::move(shape));
}

struct Pair {
  Array first, second;
};

// The distances from one end: of the first step and the second.
Pair from_end(const Array& step, int axis, bool from_start) {
  if (step.ndim() == 0) return {step, step};
  if (from_start) return {part(step, axis, 0, 1), part(step, axis, 1, 2)};
  return {part(step, axis, -1, 0), part(step, axis, -2, -1)};
}

Array edge(const Array& x, const Array& step, int axis, int order, bool at_start) {
  const int64_t size = x.shape(axis);
  const auto at = [&](int64_t k) {
    const int64_t place = at_start ? k : size - 1 - k;
    return part(x, axis, place, place + 1);
  };
  const double sign = at_start ? 1 : -1;
  if (order == 1) {
    const Array a = step.ndim() == 0 ? step
                                     : part(step, axis, at_start ? 0 : size - 2,
                                            at_start ? 1 : size - 1);
    return sign * (at(1) - at(0)) / a;
  }
  const auto [a, b] = from_end(step, axis, at_start);
  const Array near = -(2.0 * a + b) / (a * (a + b)), middle = (a + b) / (a * b);
  return sign * (near * at(0) + middle * at(1) - a / (b * (a + b)) * at(2));
}

Array along(const Array& x, int axis, const Array& spacing, int order) {
  if (x.shape(axis) < order + 1) {
    throw ShapeError(text("gradient: axis ", axis, " needs ", order + 1, " samples or more, got ",
                          describe(x)));
  }
  const Array step = distances(spacing, x, axis);
  std::vector<Array> parts = {edge(x, step, axis, order, true)};
  if (x.shape(axis) > 2) {
    const Array before = part(x, axis, 0, -2), behind = part(x, axis, 2, 0);
    if (step.ndim() == 0) {
      parts.push_back((behind - before) / (2.0 * step));
    } else {
      const Array a = part(step, axis, 0, -1), b = part(step, axis, 1, 0);
      const Array aa = square(a), bb = square(b);
      parts.push_back((aa * behind + (bb - aa) * part(x, axis, 1, -1) - bb * before) /
                      (a * b * (a + b)));
    }
  }
  parts.push_back(edge(x, step, axis, order, false));
  return concatenate(std::move(parts), axis);
}

}  // namespace

std::vector<Array> gradient(Array x, const GradientOptions& options) {
  require_arrays("gradient", {{"x", x}});
  x = as_floating(std::move(x));
  if (options.edge_order != 1 && options.edge_order != 2) {
    throw ValueError(text("gradient: edge_order must be 1 or 2, got ", options.edge_order));
  }
  const IntList axes = options.axis.normalized(x.ndim(), "gradient");
  if (options.spacing.size() > 1 && options.spacing.size() != axes.size()) {
    throw ValueError(text("gradient: expected one spacing, or one for each of ", axes.size(),
                          " axes, got ", options.spacing.size()));
  }
  std::vector<Array> results;
  for (size_t i = 0; i < axes.size(); ++i) {
    const size_t which = options.spacing.size() > 1 ? i : 0;
    const Array spacing = options.spacing.empty() ? Array(1.0) : options.spacing[which];
    require_arrays("gradient", {{"spacing", spacing}});
    results.push_back(along(x, static_cast<int>(axes[i]), spacing, options.edge_order));
  }
  return results;
}

}  // namespace lamina
