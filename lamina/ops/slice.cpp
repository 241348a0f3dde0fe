// slice(x): x[start + i * step] along every axis; always a view, also with negative steps.
#include "lamina/base/error.h"
#include "lamina/op/samples.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/slice_range.h"

namespace lamina {

struct Slice {
  static constexpr auto name = "slice";
  static constexpr const char* inputs[] = {"x"};
  using Attributes = SliceAttributes;
  static void infer(Inference& c) {
    c.output(c.dtype(0), sliced_shape(c, c.attributes<Attributes>(), c.shape(0)));
  }
  static void gradient(Context& c) {
    c.give(0,
           record_slice_update(zeros_like(c.input(0)), c.cotangent(), c.attributes<Attributes>()));
  }
  static std::optional<View> view(const AttributesBase* attributes, const Operand& x, const Spec&) {
    return slice_view(attributes->as<Attributes>(), x.strides);
  }
  static void samples(Samples& s) {
    s.call({{5}}, Attributes{{1}, {3}, {1}}).call({{5}}, Attributes{{4}, {3}, {-2}});
    s.call({{4, 5}}, Attributes{{0, 1}, {4, 2}, {1, 2}})
        .call({{4, 5}}, Attributes{{0, 0}, {0, 5}, {1, 1}});
    s.call({Shape{}}, Attributes{}).call({{0, 3}}, Attributes{{0, 2}, {0, 1}, {1, 1}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{5}}, Attributes{{3}, {3}, {1}}, "does not fit axis 0 of [5]");
    s.call({{5}}, Attributes{{0}, {2}, {-1}}, "does not fit")
        .call({{5}}, Attributes{{0}, {2}, {0}}, "step 0");
    s.call({{5}}, Attributes{{0, 0}, {1}, {1}}, "expected 1 entries");
    s.call({{5}}, Attributes{{1}, {int64_t{1} << 62}, {int64_t{1} << 40}}, "does not fit");
  }
  static constexpr auto doc =
      "A part of the array: x[start:stop:step] along every axis.\n"
      ">>> lm.array([1, 2, 3, 4])[1:3]\n[2, 3]";
};
LAMINA_OP(Slice)

Array record_slice(Array x, SliceAttributes attributes) {
  return record(ops::op_Slice(), make_attributes(std::move(attributes)), std::move(x));
}

Array slice(Array x, IntList start, IntList stop, IntList step) {
  if (!x) throw StateError("slice: x is an empty Array");
  SliceAttributes range = slice_range("slice", x.shape(), start, stop, step);
  return record_slice(std::move(x), std::move(range));
}

Array flip(Array x, IntList axes) {
  if (!x) throw StateError("flip: x is an empty Array");
  axes = normalize_axes(axes, x.ndim(), "flip: axis", true);
  IntList step(static_cast<size_t>(x.ndim()), 1);
  for (int64_t axis : axes) step[static_cast<size_t>(axis)] = -1;
  return slice(std::move(x), {}, {}, step);
}

}  // namespace lamina
