// Ranges as slice and slice_update record them: for every axis a first element, a count and a step.
#pragma once

#include <vector>

#include "lamina/core/array.h"
#include "lamina/core/shape.h"
#include "lamina/op/op.h"

namespace lamina {

// A count, not an end: with a negative step an end before element 0 would have no number.
struct SliceAttributes {
  IntList start, count, step;
  template <class V>
  void fields(V&& v) {
    v("start", start), v("count", count), v("step", step);
  }
};

// The shape of the part; throws when it does not lie inside x.
Shape sliced_shape(const Inference& c, const SliceAttributes& attributes, const Shape& x);

// The range as callers write it, NumPy's start:stop:step; out of range ends are cut, as in NumPy.
SliceAttributes slice_range(const char* op, const Shape& x, const IntList& start,
                            const IntList& stop, const IntList& step);

// Where the part lies in memory under these strides.
View slice_view(const SliceAttributes& attributes, const Strides& strides);

Array record_slice(Array x, SliceAttributes attributes);
Array record_slice_update(Array x, Array value, SliceAttributes attributes);

}  // namespace lamina
