// vecdot(x, y): a product and a sum, fused. The type is that of the operands: integers wrap, as in
// matmul.
#include "lamina/base/error.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina {

Array vecdot(Array x, Array y, int axis) {
  if (!x || !y) throw StateError(text("vecdot: ", x ? "y" : "x", " is an empty Array"));
  const DType dtype = promote(x.dtype(), y.dtype());
  if (dtype == bool_) throw DTypeError("vecdot: expected numbers, got bool");
  const int x_axis = normalize_axis(axis, x.ndim(), "vecdot: axis");
  const int y_axis = normalize_axis(axis, y.ndim(), "vecdot: axis");
  if (x.shape(x_axis) != y.shape(y_axis)) {
    throw ShapeError(text("vecdot: expected vectors of one length along axis ", axis, ", got ",
                          describe(x), " and ", describe(y)));
  }
  if (x_axis != x.ndim() - 1) x = moveaxis(std::move(x), {x_axis}, {-1});
  if (y_axis != y.ndim() - 1) y = moveaxis(std::move(y), {y_axis}, {-1});
  return astype(sum(std::move(x) * std::move(y), {.axis = -1}), dtype);
}

}  // namespace lamina
