// What embedding and embedding_bag check of their table.
#pragma once

#include "lamina/ops/compose/arguments.h"

namespace lamina {

inline void check_table(std::string_view function, const Array& indices, const Array& weight) {
  require_arrays(function, {{"indices", indices}, {"weight", weight}});
  if (!is_integer(indices.dtype())) {
    throw DTypeError(
        text(function, ": expected indices of an integer type, got ", indices.dtype()));
  }
  if (weight.ndim() != 2) {
    throw ShapeError(text(function, ": expected weight [rows, features], got ", weight.shape()));
  }
}

// As a row 0 .. rows - 1; negative ones count from the end.
inline int64_t padding_row(std::string_view function, int64_t padding, const Array& weight) {
  const int64_t rows = weight.shape(0);
  if (padding >= -rows && padding < rows) return padding < 0 ? padding + rows : padding;
  throw IndexError(
      text(function, ": padding_idx ", padding, " does not fit the ", rows, " rows of weight"));
}

}  // namespace lamina
