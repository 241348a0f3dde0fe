#include "lamina/ops/indexing_rule.h"

#include "lamina/base/error.h"

namespace lamina {

int check_indexing(const Inference& c) {
  const int64_t axis = c.attributes<AxisAttributes>().axis;
  if (axis < 0 || axis >= c.shape(0).rank())
    throw c.error<IndexError>("axis ", axis, " does not fit ", c.shape(0));
  if (!is_integer(c.dtype(1)))
    throw c.error<DTypeError>("expected indices of an integer type, got ", c.dtype(1));
  return static_cast<int>(axis);
}

Shape taken_shape(const Shape& x, int axis, const Shape& indices) {
  Shape shape;
  for (int i = 0; i < axis; ++i) shape.push_back(x[i]);
  for (int64_t size : indices) shape.push_back(size);
  for (int i = axis + 1; i < x.rank(); ++i) shape.push_back(x[i]);
  return shape;
}

void check_along_axis(const Inference& c, int axis) {
  Shape expected = c.shape(0);
  if (c.shape(1).rank() == expected.rank()) expected[axis] = c.shape(1)[axis];
  if (!(c.shape(1) == expected)) {
    throw c.error<ShapeError>("expected indices with the sizes of x but for axis ", axis, ", x ",
                              c.shape(0), ", got ", c.shape(1));
  }
}

AxisSplit::AxisSplit(const Shape& shape, int axis) : size(shape[axis]) {
  for (int i = 0; i < axis; ++i) outer *= shape[i];
  for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
}

int64_t read_index(const Reference& r, const ReferenceOperand& indices, int64_t element,
                   int64_t size) {
  const int64_t index = indices.integer(element);
  if (index >= 0 && index < size) return index;
  if (is_signed(indices.dtype()) && index < 0 && index >= -size) return index + size;
  r.report(index, size);
  return -1;
}

void add_entry(const ReferenceOperand& result, int64_t to, const ReferenceOperand& updates,
               int64_t from) {
  if (is_floating(result.dtype())) {
    result.set_real(to, result.real(to) + updates.real(from));
  } else {
    result.set_integer(to, result.integer(to) + updates.integer(from));
  }
}

AttributesRef indexing_attributes(const char* op, const Array& x, const Array& indices, int axis) {
  if (!x || !indices) throw StateError(text(op, ": ", x ? "indices" : "x", " is an empty Array"));
  return make_attributes(AxisAttributes{normalize_axis(axis, x.ndim(), text(op, ": axis"))});
}

}  // namespace lamina
