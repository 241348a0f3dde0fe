// slice_update(x, value): x with the part that slice(x) would take replaced by value.
#include <cstring>

#include "lamina/base/error.h"
#include "lamina/op/reference.h"
#include "lamina/op/samples.h"
#include "lamina/ops/copy_rows.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/slice_range.h"

namespace lamina {

struct SliceUpdate {
  static constexpr auto name = "slice_update";
  static constexpr const char* inputs[] = {"x", "value"};
  using Attributes = SliceAttributes;
  static void infer(Inference& c) {
    const Shape part = sliced_shape(c, c.attributes<Attributes>(), c.shape(0));
    if (!(c.shape(1) == part))
      throw c.error<ShapeError>("expected a value ", part, ", got ", c.shape(1));
    if (c.dtype(0) != c.dtype(1)) {
      throw c.error<DTypeError>("expected a value of ", c.dtype(0), ", got ", c.dtype(1));
    }
    c.output(c.dtype(0), c.shape(0));
  }
  static void gradient(Context& c) {
    const auto& a = c.attributes<Attributes>();
    if (c.wants(0)) c.give(0, record_slice_update(c.cotangent(), zeros_like(c.input(1)), a));
    if (c.wants(1)) c.give(1, record_slice(c.cotangent(), a));
  }
  static void reference(Reference& r) {
    const auto y = r.output();
    copy_rows(r.input(0), y, {y.strides(), 0});
    View part = slice_view(r.attributes<Attributes>(), y.strides());
    copy_rows(r.input(1), y, part);
  }
  static void samples(Samples& s) {
    s.call({{5}, {3}}, Attributes{{1}, {3}, {1}}).call({{5}, {3}}, Attributes{{4}, {3}, {-2}});
    s.call({{4, 5}, {4, 2}}, Attributes{{0, 1}, {4, 2}, {1, 2}})
        .call({Shape{}, Shape{}}, Attributes{});
    s.call({{4, 5}, {0, 5}}, Attributes{{0, 0}, {0, 5}, {1, 1}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{5}, {2}}, Attributes{{1}, {3}, {1}}, "expected a value [3], got [2]");
    s.call({{5}, SampleInput({3}, int32)}, Attributes{{1}, {3}, {1}},
           "expected a value of float32, got int32");
  }
  static constexpr auto doc =
      "The array with a part replaced; what x[1:3] = value is made of.\n"
      ">>> lm.slice_update(lm.array([1, 2, 3]), lm.array([9]), start=(0,), stop=(1,))\n[9, 2, 3]";
};
LAMINA_OP(SliceUpdate)

Array record_slice_update(Array x, Array value, SliceAttributes attributes) {
  return record(ops::op_SliceUpdate(), make_attributes(std::move(attributes)), std::move(x),
                std::move(value));
}

Array slice_update(Array x, Array value, IntList start, IntList stop, IntList step) {
  if (!x || !value)
    throw StateError(text("slice_update: ", x ? "value" : "x", " is an empty Array"));
  SliceAttributes range = slice_range("slice_update", x.shape(), start, stop, step);
  value = broadcast_to(astype(std::move(value), x.dtype()), range.count);
  return record_slice_update(std::move(x), std::move(value), std::move(range));
}

}  // namespace lamina
