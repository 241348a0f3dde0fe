// batch_norm = scale_shift with scale weight / sqrt(var + epsilon) (Ioffe and Szegedy 2015). With
// the moments of x itself, the gradients of the two ops add up to the known formula: two sums over
// x and one pass. 16-bit floats are computed in float32.
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/normalization.h"

namespace lamina {

namespace {

void check_channels(const char* argument, const Array& a, const Array& x) {
  if (a && !(a.shape() == Shape{x.shape(1)})) {
    throw ShapeError(text("batch_norm: expected ", argument, " [", x.shape(1),
                          "], one entry per channel of ", x.shape(), ", got ", a.shape()))
        .detail("x", describe(x))
        .detail(argument, describe(a));
  }
}

}  // namespace

Array batch_norm(Array x, Moments moments, Array weight, Array bias, Array epsilon) {
  if (!x || !moments.mean || !moments.var)
    throw StateError("batch_norm: x, mean or var is an empty Array");
  if (x.ndim() < 2) throw ShapeError(text("batch_norm: expected x [N, C, ..], got ", describe(x)));
  check_channels("mean", moments.mean, x);
  check_channels("var", moments.var, x);
  check_channels("weight", weight, x);
  check_channels("bias", bias, x);
  x = as_floating(std::move(x));
  const DType dtype = computed_type(x.dtype());
  Array scale = rsqrt(astype(std::move(moments.var), dtype) + std::move(epsilon));
  if (weight) scale = scale * astype(std::move(weight), dtype);
  if (!bias) bias = zeros({x.shape(1)}, dtype);
  return scale_shift(std::move(x), astype(std::move(moments.mean), dtype),
                     astype(std::move(scale), dtype), astype(std::move(bias), dtype));
}

}  // namespace lamina
