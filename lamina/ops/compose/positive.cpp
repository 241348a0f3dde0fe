// positive(x) = x, and the parts of numbers that have no imaginary one.
#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

Array positive(Array x) {
  if (!x) throw StateError("positive: x is an empty Array");
  if (x.dtype() == bool_) throw DTypeError(text("positive: expected numbers, got ", describe(x)));
  return x;
}

Array real(Array x) {
  if (!x) throw StateError("real: x is an empty Array");
  return x;
}

Array conj(Array x) {
  if (!x) throw StateError("conj: x is an empty Array");
  return x;
}

Array imag(Array x) {
  if (!x) throw StateError("imag: x is an empty Array");
  return zeros_like(x);
}

}  // namespace lamina
