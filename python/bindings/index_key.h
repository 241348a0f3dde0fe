// What stands between the brackets of x[..]: integers, slices, None, an Ellipsis, arrays of
// integers or bool.
#pragma once

#include <vector>

#include "casters.h"
#include "lamina/ops/slice_range.h"

namespace lamina::python {

// x[key] happens in three steps: a slice of x (integers select one entry), a reshape (their axes
// go, None's come), and, where arrays are in the key, taking entries along their axes.
struct IndexKey {
  SliceAttributes range;  // step 1, for every axis of x
  bool whole = true;      // .. which is all of x
  IntList shape;          // step 2
  struct Selector {
    int axis;       // of the array that step 2 gives
    Array indices;  // integers
  };
  std::vector<Selector> selectors;  // step 3; their axes ascend
  bool adjacent =
      true;  // the axes of the result stand where the selectors stood, not first (as in NumPy)

  IntList part_shape() const { return range.count; }
};

IndexKey parse_key(nb::handle key, const Shape& shape);

}  // namespace lamina::python
