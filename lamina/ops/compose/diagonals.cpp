// diagonal, trace, diag_embed and diag as callers write them.
#include <cstdlib>

#include "lamina/base/error.h"
#include "lamina/ops/contraction.h"
#include "lamina/ops/reduction.h"

namespace lamina {

namespace {

DiagonalAttributes diagonal_attributes(const char* name, int rank, int offset, int axis1,
                                       int axis2) {
  DiagonalAttributes a{offset, normalize_axis(axis1, rank, text(name, ": axis1")),
                       normalize_axis(axis2, rank, text(name, ": axis2"))};
  if (a.axis1 == a.axis2) {
    throw ValueError(text(name, ": axis1 and axis2 must differ, got ", axis1, " and ", axis2));
  }
  return a;
}

}  // namespace

Array diagonal(Array x, int offset, int axis1, int axis2) {
  if (!x) throw StateError("diagonal: x is an empty Array");
  const DiagonalAttributes a = diagonal_attributes("diagonal", x.ndim(), offset, axis1, axis2);
  return record_diagonal(std::move(x), a);
}

Array trace(Array x, int offset, int axis1, int axis2) {
  if (!x) throw StateError("trace: x is an empty Array");
  const DiagonalAttributes a = diagonal_attributes("trace", x.ndim(), offset, axis1, axis2);
  return sum(record_diagonal(std::move(x), a), {.axis = -1});
}

Array diag_embed(Array x, int offset, int axis1, int axis2) {
  if (!x || x.ndim() < 1) {
    throw ShapeError(
        text("diag_embed: expected x [.., length], got ", x ? describe(x) : "an empty Array"));
  }
  const int64_t size = x.shape(-1) + std::abs(static_cast<int64_t>(offset));
  DiagonalEmbedAttributes a;
  static_cast<DiagonalAttributes&>(a) =
      diagonal_attributes("diag_embed", x.ndim() + 1, offset, axis1, axis2);
  a.size1 = a.size2 = size;
  return record_diagonal_embed(std::move(x), a);
}

Array diag(Array x, int offset) {
  if (!x) throw StateError("diag: x is an empty Array");
  if (x.ndim() == 1) return diag_embed(std::move(x), offset);
  if (x.ndim() == 2) return diagonal(std::move(x), offset);
  throw ShapeError(text("diag: expected a vector or a matrix, got ", describe(x)))
      .help("diagonal and diag_embed take any number of axes");
}

}  // namespace lamina
