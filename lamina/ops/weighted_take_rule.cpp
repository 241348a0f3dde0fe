#include "lamina/ops/weighted_take_rule.h"

namespace lamina {

void check_weighted_indices(const Inference& c, const Shape& x) {
  if (x.rank() != 4) {
    throw c.error<ShapeError>("expected an array [B, C, size, inner], got ", x);
  }
  const Shape& indices = c.shape(1);
  if (!is_integer(c.dtype(1))) {
    throw c.error<DTypeError>("expected indices of an integer type, got ", c.dtype(1));
  }
  if (indices.rank() != 3 || indices[0] != x[0]) {
    throw c.error<ShapeError>("expected indices [", x[0], ", P, K], got ", indices);
  }
}

void check_weighted_float(const Inference& c, int input) {
  if (!is_floating(c.dtype(input))) {
    throw c.error<DTypeError>("expected floating-point numbers, got ", c.dtype(input));
  }
}

}  // namespace lamina
