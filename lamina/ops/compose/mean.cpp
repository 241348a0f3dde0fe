// mean(x, axis): the sum times 1/N; NaN when there is nothing to average, as in NumPy. Integers are
// added up exactly and become float32 afterwards; 16-bit floats are added up in float32, where the
// sum cannot overflow.
#include "lamina/ir/node.h"
#include "lamina/ops/compose/average.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"

namespace lamina {

Array mean(Array x, ReduceOptions options) {
  const DType result = floating_result(x, "mean");
  const double count = static_cast<double>(reduced_elements(x, options.axis, "mean"));
  if (is_floating(result) && size_of(result) < 4) x = astype(std::move(x), float32);
  Array total = sum(std::move(x), options);
  if (!is_floating(total.dtype())) total = astype(std::move(total), float32);
  // Not a constant of the program where it is a half: one program has means of all sizes.
  return astype(std::move(total) * make_varying(1.0 / count), result);
}

}  // namespace lamina
