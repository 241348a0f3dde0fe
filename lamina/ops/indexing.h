// Elements by number. Negative indices count from the end; others outside the axis raise an
// IndexError when the value is computed.
#pragma once

#include "lamina/core/array.h"

namespace lamina {

// x's entries along an axis: the axis is replaced by the axes of indices. Rows of an embedding are
// take(weight, indices, 0).
Array take(Array x, Array indices, int axis = 0);

// x with updates added to the entries at indices; what take's gradient is made of. An index that
// stands twice adds twice. updates has the shape of take(x, indices, axis).
Array scatter_add(Array x, Array indices, Array updates, int axis = 0);

// y[.., i, ..] = x[.., indices[.., i, ..], ..]: one index for every entry of the result. indices
// has the sizes of x but for the axis. Also called gather.
Array take_along_axis(Array x, Array indices, int axis = -1);
Array add_along_axis(Array x, Array indices, Array updates, int axis = -1);

struct AxisAttributes {
  int64_t axis = 0;  // not negative
  template <class V>
  void fields(V&& v) {
    v("axis", axis);
  }
};

}  // namespace lamina
