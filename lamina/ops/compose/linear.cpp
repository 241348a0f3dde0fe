// linear(x, weight, bias) = x weight^T + bias: the product and its bias as torch stores them.
#include "lamina/ops/linear.h"

#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/movement.h"

namespace lamina {

Array linear(Array x, Array weight, Array bias) {
  require_arrays("linear", {{"x", x}, {"weight", weight}});
  if (weight.ndim() < 1 || weight.ndim() > 2 || x.ndim() < 1 || x.shape(-1) != weight.shape(-1)) {
    throw ShapeError(text("linear: expected x [.., in] and weight [out, in], got ", x.shape(),
                          " and ", weight.shape()));
  }
  if (bias && !(bias.shape() == Shape(weight.shape().begin(), weight.shape().end() - 1))) {
    throw ShapeError(text("linear: expected bias ",
                          Shape(weight.shape().begin(), weight.shape().end() - 1), " for weight ",
                          weight.shape(), ", got ", bias.shape()));
  }
  const DType stored = weight.dtype();
  Array y = matmul(std::move(x), weight.ndim() == 2 ? transpose(std::move(weight)) : weight);
  if (!bias) return y;
  // In a scope of Precision the bias follows the weight.
  if (bias.dtype() == stored && size_of(y.dtype()) < size_of(stored)) {
    bias = astype(std::move(bias), y.dtype());
  }
  return std::move(y) + std::move(bias);
}

}  // namespace lamina
