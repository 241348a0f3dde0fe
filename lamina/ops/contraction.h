// Products and sums over chosen axes, and diagonals.
#pragma once

#include <string>
#include <vector>

#include "lamina/core/array.h"

namespace lamina {

// einsum("bij,bjk->bik", {a, b}): axes that share a letter are multiplied element by element, those
// missing from the result are summed. "..." stands for any further axes, which broadcast; a letter
// that stands twice in an operand takes its diagonal; without "->" the result has the letters that
// stand once, in the order of the alphabet. Several operands are contracted two at a time, the
// cheapest product first; each is a matmul.
Array einsum(const std::string& equation, std::vector<Array> operands);

Array outer(Array a, Array b);  // [M], [N] -> [M, N]: a[i] b[j]; other shapes are flattened
Array inner(Array a, Array b);  // [.., K], [.., K] -> sum over the last axes
Array kron(Array a, Array b);   // every element of a times all of b, side by side

// x[.., i, .., i + offset, ..] along two axes: a view [.., length].
Array diagonal(Array x, int offset = 0, int axis1 = 0, int axis2 = 1);
Array trace(Array x, int offset = 0, int axis1 = 0, int axis2 = 1);  // the sum of the diagonal
// x [.., length] as the diagonal of zeros: the new axes stand at axis1 and axis2 of the result.
Array diag_embed(Array x, int offset = 0, int axis1 = -2, int axis2 = -1);
// The diagonal of a matrix, or the matrix with this diagonal.
Array diag(Array x, int offset = 0);

// As recorded: axes are not negative, those of the diagonal stand in an array of the given sizes.
struct DiagonalAttributes {
  int64_t offset = 0, axis1 = 0, axis2 = 1;
  template <class V>
  void fields(V&& v) {
    v("offset", offset), v("axis1", axis1), v("axis2", axis2);
  }
};
struct DiagonalEmbedAttributes : DiagonalAttributes {
  int64_t size1 = 0, size2 = 0;
  template <class V>
  void fields(V&& v) {
    DiagonalAttributes::fields(v), v("size1", size1), v("size2", size2);
  }
};
Array record_diagonal(Array x, DiagonalAttributes attributes);
Array record_diagonal_embed(Array x, DiagonalEmbedAttributes attributes);

}  // namespace lamina
