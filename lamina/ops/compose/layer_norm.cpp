// layer_norm: normalised over the last axes (Ba, Kiros and Hinton 2016). 16-bit floats are computed in
// float32.
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/normalization.h"
#include "lamina/ops/reduction.h"

namespace lamina {

Array layer_norm(Array x, Array weight, Array bias, Array epsilon, int axes) {
  if (!x) throw StateError("layer_norm: x is an empty Array");
  if (weight) axes = weight.ndim();
  if (axes < 1 || axes > x.ndim()) {
    throw ShapeError(
        text("layer_norm: cannot normalise the last ", axes, " axes of ", describe(x)));
  }
  Shape last;
  IntList axis;
  for (int i = x.ndim() - axes; i < x.ndim(); ++i) {
    last.push_back(x.shape(i));
    axis.push_back(i);
  }
  for (const Array* a : {&weight, &bias}) {
    if (*a && !(a->shape() == last)) {
      throw ShapeError(text("layer_norm: expected ", a == &weight ? "weight " : "bias ", last,
                            " for x ", x.shape(), ", got ", a->shape()));
    }
  }
  const DType dtype = floating_type(x);
  x = widened(std::move(x));
  Array distance = x - mean(x, {.axis = axis, .keepdims = true});
  Array var = mean(square(distance), {.axis = axis, .keepdims = true});
  Array y = std::move(distance) * rsqrt(std::move(var) + std::move(epsilon));
  if (weight) y = std::move(y) * std::move(weight);
  if (bias) y = std::move(y) + std::move(bias);
  return astype(std::move(y), dtype);
}

}  // namespace lamina
