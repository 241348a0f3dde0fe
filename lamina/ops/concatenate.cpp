// concatenate(arrays, axis): the arrays one after the other along an axis.
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reference.h"
#include "lamina/op/samples.h"
#include "lamina/ops/copy_rows.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/movement_attributes.h"
#include "lamina/ops/slice_range.h"

namespace lamina {

struct Concatenate {
  static constexpr auto name = "concatenate";
  static constexpr const char* inputs[] = {"arrays..."};
  using Attributes = ConcatenateAttributes;
  static void infer(Inference& c) {
    const int64_t axis = c.attributes<Attributes>().axis;
    if (c.input_count() == 0) throw c.error<ValueError>("expected at least one array");
    Shape shape = c.shape(0);
    if (axis < 0 || axis >= shape.rank())
      throw c.error<IndexError>("axis ", axis, " does not fit ", shape);
    int64_t total = 0;
    for (int i = 0; i < c.input_count(); ++i) {
      Shape other = c.shape(i);
      if (c.dtype(i) != c.dtype(0)) {
        throw c.error<DTypeError>("expected arrays of one type, got ", c.dtype(0), " and ",
                                  c.dtype(i));
      }
      if (other.rank() == shape.rank()) {
        total += other[axis];
        other[axis] = shape[axis];
      }
      if (!(other == shape)) {
        throw c.error<ShapeError>("expected arrays that differ on axis ", axis, " only, got ",
                                  c.shape(0), " and ", c.shape(i));
      }
    }
    shape[axis] = total;
    c.output(c.dtype(0), std::move(shape));
  }
  static void gradient(Context& c) {
    const int64_t axis = c.attributes<Attributes>().axis;
    const Array g = c.cotangent();
    int64_t first = 0;
    for (int i = 0; i < c.input_count(); ++i) {
      const Shape& shape = c.input(i).shape();
      if (c.wants(i)) {
        SliceAttributes part{IntList(shape.size(), 0), IntList(shape.begin(), shape.end()),
                             IntList(shape.size(), 1)};
        part.start[axis] = shape[axis] == 0 ? 0 : first;
        c.give(i, record_slice(g, std::move(part)));
      }
      first += shape[axis];
    }
  }
  static void reference(Reference& r) {
    const int axis = static_cast<int>(r.attributes<Attributes>().axis);
    const auto y = r.output();
    View place{y.strides(), 0};
    for (int i = 0; i < r.input_count(); ++i) {
      copy_rows(r.input(i), y, place);
      place.offset += r.input(i).size(axis) * y.strides()[axis];
    }
  }
  static void samples(Samples& s) {
    s.call({{2, 3}, {4, 3}}, Attributes{0})
        .call({{2, 3}, {2, 1}, {2, 2}}, Attributes{1})
        .call({{3}}, Attributes{0});
    s.call({{2, 0}, {2, 3}}, Attributes{1})
        .call({SampleInput({2}, int32), SampleInput({1}, int32)}, Attributes{0});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}, {2, 4}}, Attributes{0}, "differ on axis 0 only, got [2, 3] and [2, 4]");
    s.call({{2, 3}, {2}}, Attributes{0}, "differ on axis 0 only")
        .call({{2}}, Attributes{1}, "axis 1 does not fit");
    s.call({{2}, SampleInput({2}, int32)}, Attributes{0}, "expected arrays of one type");
  }
  static constexpr auto doc =
      "Arrays one after the other along an axis.\n"
      ">>> lm.concatenate([lm.array([1, 2]), lm.array([3])])\n[1, 2, 3]";
};
LAMINA_OP(Concatenate)

namespace {

void promote_all(const char* name, std::vector<Array>& arrays) {
  if (arrays.empty()) throw ValueError(text(name, ": expected at least one array"));
  DType dtype = DType::Bool;
  for (size_t i = 0; i < arrays.size(); ++i) {
    if (!arrays[i]) throw StateError(text(name, ": array ", i, " is an empty Array"));
    dtype = i == 0 ? arrays[i].dtype() : promote(dtype, arrays[i].dtype());
  }
  for (Array& a : arrays) a = astype(std::move(a), dtype);
}

}  // namespace

Array concatenate(std::vector<Array> arrays, int axis) {
  promote_all("concatenate", arrays);
  const int place = normalize_axis(axis, arrays[0].ndim(), "concatenate: axis");
  if (arrays.size() == 1) return std::move(arrays[0]);
  return record(ops::op_Concatenate(), std::span<Array>(arrays),
                make_attributes(Concatenate::Attributes{place}));
}

Array stack(std::vector<Array> arrays, int axis) {
  promote_all("stack", arrays);
  const int place = normalize_axis(axis, arrays[0].ndim() + 1, "stack: axis");
  for (const Array& a : arrays) {
    if (a.shape() == arrays[0].shape()) continue;
    throw ShapeError(
        text("stack: expected arrays of one shape, got ", arrays[0].shape(), " and ", a.shape()));
  }
  for (Array& a : arrays) a = expand_dims(std::move(a), place);
  return concatenate(std::move(arrays), place);
}

}  // namespace lamina
