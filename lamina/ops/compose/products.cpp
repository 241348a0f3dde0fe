// outer, inner, kron: products of all pairs of elements.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/ops/contraction.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"

namespace lamina {

namespace {

void check(const char* name, const Array& a, const Array& b) {
  if (!a || !b) throw StateError(text(name, ": ", a ? "b" : "a", " is an empty Array"));
}

}  // namespace

Array outer(Array a, Array b) {
  check("outer", a, b);
  Array column = reshape(std::move(a), {-1, 1}), row = reshape(std::move(b), {1, -1});
  return std::move(column) * std::move(row);
}

Array inner(Array a, Array b) {
  check("inner", a, b);
  if (a.ndim() == 0 || b.ndim() == 0) return std::move(a) * std::move(b);
  const int64_t terms = a.shape(-1);
  if (b.shape(-1) != terms) {
    throw ShapeError(text("inner: the last axes of ", describe(a), " and ", describe(b),
                          " have different sizes"));
  }
  const DType dtype = promote(a.dtype(), b.dtype());
  IntList shape(a.shape().begin(), a.shape().end() - 1);
  for (int i = 0; i + 1 < b.ndim(); ++i) shape.push_back(b.shape(i));
  if (terms == 0) return zeros(std::move(shape), dtype);
  const int64_t rows = a.size() / terms, columns = b.size() / terms;
  a = reshape(astype(std::move(a), dtype), {rows, terms});
  b = reshape(astype(std::move(b), dtype), {columns, terms});
  return reshape(matmul(std::move(a), swapaxes(std::move(b), 0, 1)), shape);
}

// a as [a1, 1, a2, 1, ..], b as [1, b1, 1, b2, ..], and pairs of axes joined.
Array kron(Array a, Array b) {
  check("kron", a, b);
  const int rank = std::max(a.ndim(), b.ndim());
  IntList first, second, joined;
  for (int i = 0; i < rank; ++i) {
    const int in_a = i - (rank - a.ndim()), in_b = i - (rank - b.ndim());
    const int64_t m = in_a < 0 ? 1 : a.shape(in_a), n = in_b < 0 ? 1 : b.shape(in_b);
    first.push_back(m), first.push_back(1);
    second.push_back(1), second.push_back(n);
    int64_t size = 0;
    if (__builtin_mul_overflow(m, n, &size)) {
      throw ShapeError(text("kron: ", describe(a), " and ", describe(b), " are too large"));
    }
    joined.push_back(size);
  }
  if (2 * rank > kMaxRank) {
    throw ShapeError(text("kron: expected at most ", kMaxRank / 2, " axes, got ", rank));
  }
  Array pairs = reshape(std::move(a), first) * reshape(std::move(b), second);
  return reshape(std::move(pairs), joined);
}

}  // namespace lamina
