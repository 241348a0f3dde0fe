// What the indexing ops share: checks, the split of a shape at an axis, and indices read from data.
#pragma once

#include "lamina/op/op.h"
#include "lamina/op/reference.h"
#include "lamina/ops/indexing.h"

namespace lamina {

// Throws unless the axis fits x and indices are integers; returns the axis.
int check_indexing(const Inference& c);

// x.shape() with the axis replaced by those of indices.
Shape taken_shape(const Shape& x, int axis, const Shape& indices);

// Throws unless indices has x's sizes but for the axis.
void check_along_axis(const Inference& c, int axis);

// A shape as [outer, size of the axis, inner].
struct AxisSplit {
  int64_t outer = 1, size = 1, inner = 1;
  AxisSplit(const Shape& shape, int axis);
};

// Index number `element` as 0 <= index < size; a wrong one is reported and becomes -1.
int64_t read_index(const Reference& r, const ReferenceOperand& indices, int64_t element,
                   int64_t size);

// Adds entry `from` of updates to entry `to` of the result.
void add_entry(const ReferenceOperand& result, int64_t to, const ReferenceOperand& updates,
               int64_t from);

// The attributes of a call, from the caller's axis; checks for empty Arrays.
AttributesRef indexing_attributes(const char* op, const Array& x, const Array& indices, int axis);

}  // namespace lamina
