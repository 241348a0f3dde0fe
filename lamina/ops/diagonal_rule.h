// What diagonal and diagonal_embed share.
#pragma once

#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/ops/contraction.h"

namespace lamina {

// How many elements the diagonal of a rows x columns matrix has.
inline int64_t diagonal_length(int64_t rows, int64_t columns, int64_t offset) {
  if (offset <= -rows || offset >= columns) return 0;
  return offset >= 0 ? std::min(rows, columns - offset) : std::min(rows + offset, columns);
}

inline void check_diagonal_axes(const Inference& c, const DiagonalAttributes& a, int rank) {
  if (a.axis1 < 0 || a.axis2 < 0 || a.axis1 >= rank || a.axis2 >= rank || a.axis1 == a.axis2) {
    throw c.error<IndexError>("expected two different axes below ", rank, ", got ", a.axis1,
                              " and ", a.axis2);
  }
}

// Where the diagonal of an array with these strides lies: other axes first, the diagonal last.
inline View diagonal_view(const DiagonalAttributes& a, const Strides& strides, int64_t length) {
  View view;
  for (size_t i = 0; i < strides.size(); ++i) {
    if (static_cast<int64_t>(i) != a.axis1 && static_cast<int64_t>(i) != a.axis2) {
      view.strides.push_back(strides[i]);
    }
  }
  view.strides.push_back(strides[a.axis1] + strides[a.axis2]);
  if (length > 0) {
    view.offset = a.offset >= 0 ? a.offset * strides[a.axis2] : -a.offset * strides[a.axis1];
  }
  return view;
}

}  // namespace lamina
