// expand_dims(x, axes): new axes of size 1 at these places of the result; always a view.
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/movement.h"

namespace lamina {

struct ExpandDims {
  static constexpr auto name = "expand_dims";
  static constexpr const char* inputs[] = {"x"};
  struct Attributes {
    IntList axis;  // places in the result: sorted, not negative
    template <class V>
    void fields(V&& v) {
      v("axis", axis);
    }
  };
  static void infer(Inference& c) {
    const IntList& axes = c.attributes<Attributes>().axis;
    const int rank = c.shape(0).rank() + static_cast<int>(axes.size());
    for (size_t i = 0; i < axes.size(); ++i) {
      if (axes[i] < 0 || axes[i] >= rank || (i > 0 && axes[i] <= axes[i - 1])) {
        throw c.error<IndexError>("axis ", axes, " does not fit a result of ", rank, " axes");
      }
    }
    Shape shape = c.shape(0);
    for (int64_t axis : axes) shape.insert(static_cast<size_t>(axis), 1);
    c.output(c.dtype(0), std::move(shape));
  }
  static void gradient(Context& c) {
    const IntList& axes = c.attributes<Attributes>().axis;
    c.give(0, axes.empty() ? c.cotangent() : squeeze(c.cotangent(), axes));
  }
  static std::optional<View> view(const AttributesBase* attributes, const Operand& x,
                                  const Spec& y) {
    View view{x.strides, 0};
    for (int64_t axis : attributes->as<Attributes>().axis) {
      // Any stride would do; this one keeps row-major memory recognisable.
      const bool last = axis == static_cast<int64_t>(view.strides.size());
      const int64_t next = last ? 1 : view.strides[axis] * y.shape[axis + 1];
      view.strides.insert(static_cast<size_t>(axis), next);
    }
    return view;
  }
  static void samples(Samples& s) {
    s.call({{2, 3}}, Attributes{{0}})
        .call({{2, 3}}, Attributes{{1, 3}})
        .call({Shape{}}, Attributes{{0}});
    s.call({{0, 3}}, Attributes{{2}}).call({{2, 3}}, Attributes{{}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}}, Attributes{{3}}, "axis [3] does not fit a result of 3 axes");
    s.call({{2, 3}}, Attributes{{1, 1}}, "does not fit");
  }
  static constexpr auto doc =
      "The array with new axes of size 1.\n"
      ">>> lm.expand_dims(lm.array([1, 2]), axis=0).shape\n(1, 2)";
};
LAMINA_OP(ExpandDims)

Array expand_dims(Array x, IntList axes) {
  if (!x) throw StateError("expand_dims: x is an empty Array");
  const int rank = x.ndim() + static_cast<int>(axes.size());
  axes = normalize_axes(axes, rank, "expand_dims: axis", false);
  return record(ops::op_ExpandDims(), make_attributes(ExpandDims::Attributes{std::move(axes)}),
                std::move(x));
}

Array expand_dims(Array x, int axis) { return expand_dims(std::move(x), IntList{axis}); }

}  // namespace lamina
