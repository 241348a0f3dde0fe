// bilinear(x1, x2, weight)[o] = x1^T weight[o] x2: one product with all of weight, then a sum over
// x2.
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina {

Array bilinear(Array x1, Array x2, Array weight, Array bias) {
  require_arrays("bilinear", {{"x1", x1}, {"x2", x2}, {"weight", weight}});
  const bool fits = weight.ndim() == 3 && x1.ndim() >= 1 && x2.ndim() == x1.ndim() &&
                    x1.shape(-1) == weight.shape(1) && x2.shape(-1) == weight.shape(2) &&
                    std::equal(x1.shape().begin(), x1.shape().end() - 1, x2.shape().begin());
  if (!fits) {
    throw ShapeError(text("bilinear: expected x1 [.., I], x2 [.., J] and weight [out, I, J], got ",
                          x1.shape(), ", ", x2.shape(), " and ", weight.shape()));
  }
  const int64_t outputs = weight.shape(0), left = weight.shape(1), right = weight.shape(2);
  if (bias && !(bias.shape() == Shape{outputs})) {
    throw ShapeError(text("bilinear: expected bias [", outputs, "], got ", bias.shape()));
  }
  IntList shape = sizes_of(x1);
  shape.pop_back();
  shape.push_back(outputs);
  shape.push_back(right);
  Array columns = reshape(transpose(std::move(weight), {1, 0, 2}), {left, outputs * right});
  Array products = reshape(matmul(std::move(x1), std::move(columns)), std::move(shape));
  Array y = sum(std::move(products) * expand_dims(std::move(x2), -2), {.axis = -1});
  return bias ? std::move(y) + std::move(bias) : y;
}

}  // namespace lamina
