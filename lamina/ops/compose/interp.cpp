// interp(x, xp, fp): the line between the two neighbours of x.
#include "lamina/base/error.h"
#include "lamina/ops/binning.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/movement.h"

namespace lamina {

Array interp(Array x, Array xp, Array fp, const InterpOptions& options) {
  if (!x || !xp || !fp) throw StateError("interp: an argument is an empty Array");
  if (xp.ndim() != 1 || !(fp.shape() == xp.shape()) || xp.size() == 0) {
    throw ShapeError(text("interp: expected xp [N] and fp [N] of one point or more, got ",
                          describe(xp), " and ", describe(fp)));
  }
  DType dtype = promote(promote(x.dtype(), xp.dtype()), fp.dtype());
  if (!is_floating(dtype)) dtype = float32;
  x = astype(std::move(x), dtype), xp = astype(std::move(xp), dtype);
  fp = astype(std::move(fp), dtype);
  const int64_t points = xp.size();
  const Array left = options.left ? options.left : squeeze(slice(fp, {0}, {1}), {0});
  const Array right =
      options.right ? options.right : squeeze(slice(fp, {points - 1}, {points}), {0});
  const Array first = squeeze(slice(xp, {0}, {1}), {0});
  const Array last = squeeze(slice(xp, {points - 1}, {points}), {0});
  Array y;
  if (points == 1) {
    y = x * 0.0 + first * 0.0 + squeeze(fp, {0});
  } else {
    const Array upper = clip(digitize(x, xp), 1, Array(points - 1)), lower = upper - 1;
    const Array x0 = take(xp, lower), x1 = take(xp, upper);
    const Array f0 = take(fp, lower), f1 = take(fp, upper);
    y = f0 + (f1 - f0) * ((x - x0) / (x1 - x0));
  }
  y = where(x < first, left, where(x > last, right, y));
  return astype(std::move(y), dtype);
}

}  // namespace lamina
