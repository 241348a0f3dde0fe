// tril(x, k), triu(x, k): a choice by row and column number, which fuses with what it meets. k is a
// number, not part of the program.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina {
namespace {

// The number of the diagonal that each element of x's matrices lies on: column - row.
Array diagonals(const Array& x, const char* function) {
  if (!x) throw StateError(text(function, ": x is an empty Array"));
  if (x.ndim() < 2)
    throw ShapeError(text(function, ": expected two axes or more, got ", describe(x)));
  return arange(x.shape(-1)) - reshape(arange(x.shape(-2)), {-1, 1});
}

}  // namespace

Array tril(Array x, int64_t k) {
  Array kept = diagonals(x, "tril") <= Array(k);
  return where(std::move(kept), x, zeros({}, x.dtype()));
}

Array triu(Array x, int64_t k) {
  Array kept = diagonals(x, "triu") >= Array(k);
  return where(std::move(kept), x, zeros({}, x.dtype()));
}

}  // namespace lamina
