// logsumexp(x, axis) = log(sum(e^x)), with the largest value taken out first so that nothing
// overflows. That value is a constant of the gradient, which it does not change; where it is
// infinite, nothing is taken out (inf - inf would be NaN).
#include "lamina/ops/compose/average.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina {

Array stop_gradient(Array x);  // autograd/vjp.h, below this folder

Array logsumexp(Array x, ReduceOptions options) {
  x = astype(x, floating_result(x, "logsumexp"));
  Array largest = max(stop_gradient(x), {.axis = options.axis, .keepdims = true});
  largest = where(isfinite(largest), largest, 0.0);
  Array result = log(sum(exp(std::move(x) - largest), options));
  const Shape shape = result.shape();
  return std::move(result) + reshape(std::move(largest), IntList(shape.begin(), shape.end()));
}

}  // namespace lamina
