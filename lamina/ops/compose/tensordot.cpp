// tensordot(x, y): the summed axes last in x and first in y, each group made one axis, and a
// product of matrices.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"

namespace lamina {
namespace {

// The axes that are not in `summed`, in order.
IntList others(const Array& x, const IntList& summed) {
  IntList rest;
  for (int axis = 0; axis < x.ndim(); ++axis) {
    if (std::find(summed.begin(), summed.end(), axis) == summed.end()) rest.push_back(axis);
  }
  return rest;
}

IntList joined(const IntList& a, const IntList& b) {
  IntList all = a;
  for (int64_t axis : b) all.push_back(axis);
  return all;
}

IntList sizes_of(const Array& x, const IntList& axes) {
  IntList sizes;
  for (int64_t axis : axes) sizes.push_back(x.shape(static_cast<int>(axis)));
  return sizes;
}

int64_t product(const IntList& sizes) {
  int64_t n = 1;
  for (int64_t size : sizes) n *= size;
  return n;
}

void normalize(IntList& axes, const Array& x) {
  normalize_axes(axes, x.ndim(), "tensordot: axes", false);  // each once
  for (int64_t& axis : axes) axis = normalize_axis(axis, x.ndim(), "tensordot: axes");
}

}  // namespace

Array tensordot(Array x, Array y, IntList x_axes, IntList y_axes) {
  if (!x || !y) throw StateError(text("tensordot: ", x ? "y" : "x", " is an empty Array"));
  if (promote(x.dtype(), y.dtype()) == bool_)
    throw DTypeError("tensordot: expected numbers, got bool");
  normalize(x_axes, x), normalize(y_axes, y);
  const IntList depth = sizes_of(x, x_axes), y_depth = sizes_of(y, y_axes);
  if (!std::equal(depth.begin(), depth.end(), y_depth.begin(), y_depth.end())) {
    throw ShapeError(
        text("tensordot: the summed axes have sizes ", depth, " in x and ", y_depth, " in y"))
        .detail("x", describe(x))
        .detail("y", describe(y));
  }
  const IntList x_rest = others(x, x_axes), y_rest = others(y, y_axes);
  const IntList rows = sizes_of(x, x_rest), columns = sizes_of(y, y_rest);
  if (x_rest.empty() && y_rest.empty()) {  // one number
    x = reshape(permute_dims(std::move(x), x_axes), {product(depth)});
    return vecdot(std::move(x), reshape(permute_dims(std::move(y), y_axes), {product(depth)}));
  }
  x = reshape(permute_dims(std::move(x), joined(x_rest, x_axes)), {product(rows), product(depth)});
  y = reshape(permute_dims(std::move(y), joined(y_axes, y_rest)),
              {product(depth), product(columns)});
  return reshape(matmul(std::move(x), std::move(y)), joined(rows, columns));
}

Array tensordot(Array x, Array y, int axes) {
  if (!x || !y) throw StateError(text("tensordot: ", x ? "y" : "x", " is an empty Array"));
  if (axes < 0 || axes > x.ndim() || axes > y.ndim()) {
    throw ValueError(text("tensordot: expected 0 to ", std::min(x.ndim(), y.ndim()), " axes for ",
                          describe(x), " and ", describe(y), ", got ", axes));
  }
  IntList last, first;
  for (int i = 0; i < axes; ++i) last.push_back(x.ndim() - axes + i), first.push_back(i);
  return tensordot(std::move(x), std::move(y), std::move(last), std::move(first));
}

}  // namespace lamina
