// p_norm(x) = (sum |x|^p)^(1/p). The usual degrees need no powers. The root's derivative is
// infinite at 0; gradients there are taken as 0, as PyTorch does.
#include "lamina/ops/compose/p_norm.h"

#include <cmath>

#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/reduction.h"

namespace lamina {

Array safe_sqrt(Array x) {
  const Array zero = x == 0.0;
  return where(zero, 0.0, sqrt(where(zero, 1.0, std::move(x))));
}

Array p_norm(Array x, double p, ReduceOptions options, std::string_view function) {
  if (!(p >= 0)) throw ValueError(text(function, ": p must not be negative, got ", p));
  if (p == 0) return sum(astype(x != 0.0, x.dtype()), options);
  if (p == 1) return sum(absolute(std::move(x)), options);
  if (p == 2) return safe_sqrt(sum(square(std::move(x)), options));
  if (std::isinf(p)) return max(absolute(std::move(x)), options);
  // 0^p has an infinite derivative for p < 1, and so has its root.
  Array size = absolute(std::move(x));
  const Array zero = size == 0.0;
  Array total = sum(where(zero, 0.0, power(where(zero, 1.0, std::move(size)), p)), options);
  const Array nothing = total == 0.0;
  return where(nothing, 0.0, power(where(nothing, 1.0, std::move(total)), 1 / p));
}

}  // namespace lamina
