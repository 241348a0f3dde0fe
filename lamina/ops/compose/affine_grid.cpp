// affine_grid: the centres of all pixels as (x, y(, z), 1), times the matrix.
#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/resize.h"

namespace lamina {

Array affine_grid(Array theta, IntList size, bool align_corners) {
  if (!theta) throw StateError("affine_grid: theta is an empty Array");
  const int axes = static_cast<int>(size.size()) - 2;
  if (axes != 2 && axes != 3) {
    throw ValueError(
        text("affine_grid: size ", size, ": expected [N, C, H, W] or [N, C, D, H, W]"));
  }
  if (!is_floating(theta.dtype()) || !(theta.shape() == Shape{size[0], axes, axes + 1})) {
    throw ShapeError(text("affine_grid: expected a floating-point theta [", size[0], ", ", axes,
                          ", ", axes + 1, "], got ", describe(theta)));
  }
  Shape pixels;
  for (int i = 0; i < axes; ++i) {
    if (size[i + 2] < 1) {
      throw ValueError(text("affine_grid: size ", size, ": expected 1 or more"));
    }
    pixels.push_back(size[i + 2]);
  }
  Shape result{size[0]};
  for (int64_t s : pixels) result.push_back(s);
  result.push_back(axes);
  check_shape(result, size_of(theta.dtype()), "affine_grid: result");
  const DType dtype = theta.dtype();
  const IntList places(pixels.begin(), pixels.end());
  std::vector<Array> columns;
  for (int i = axes; i-- > 0;) {  // x first, which is the last axis
    const int64_t n = pixels[i];
    const double edge = n == 1          ? 0
                        : align_corners ? 1
                                        : static_cast<double>(n - 1) / static_cast<double>(n);
    IntList shape(static_cast<size_t>(axes), 1);
    shape[i] = n;
    Array line = n == 1 ? zeros({1}, dtype) : linspace(-edge, edge, n, dtype);
    columns.push_back(reshape(broadcast_to(reshape(line, shape), places), {-1, 1}));
  }
  columns.push_back(ones({pixels.elements(), 1}, dtype));
  Array base = concatenate(std::move(columns), 1);
  Array grid = matmul(std::move(base), transpose(std::move(theta), {0, 2, 1}));
  return reshape(std::move(grid), IntList(result.begin(), result.end()));
}

}  // namespace lamina
