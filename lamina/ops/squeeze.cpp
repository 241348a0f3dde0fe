// squeeze(x, axes): without these axes, which have size 1; always a view.
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/movement.h"

namespace lamina {

namespace {

// The entries of a list whose axes stay.
template <class List>
List without(const List& list, const IntList& axes) {
  List result;
  size_t next = 0;
  for (size_t i = 0; i < list.size(); ++i) {
    if (next < axes.size() && axes[next] == static_cast<int64_t>(i)) {
      ++next;
    } else {
      result.push_back(list[i]);
    }
  }
  return result;
}

}  // namespace

struct Squeeze {
  static constexpr auto name = "squeeze";
  static constexpr const char* inputs[] = {"x"};
  struct Attributes {
    IntList axis;  // sorted, not negative
    template <class V>
    void fields(V&& v) {
      v("axis", axis);
    }
  };
  static void infer(Inference& c) {
    const IntList& axes = c.attributes<Attributes>().axis;
    const Shape& x = c.shape(0);
    for (size_t i = 0; i < axes.size(); ++i) {
      if (axes[i] < 0 || axes[i] >= x.rank() || (i > 0 && axes[i] <= axes[i - 1])) {
        throw c.error<IndexError>("axis ", axes, " does not fit ", x);
      }
      if (x[axes[i]] != 1) {
        throw c.error<ShapeError>("axis ", axes[i], " of ", x, " has size ", x[axes[i]],
                                  ", expected 1");
      }
    }
    c.output(c.dtype(0), without(x, axes));
  }
  static void gradient(Context& c) {
    c.give(0, expand_dims(c.cotangent(), c.attributes<Attributes>().axis));
  }
  static std::optional<View> view(const AttributesBase* attributes, const Operand& x, const Spec&) {
    return View{without(x.strides, attributes->as<Attributes>().axis), 0};
  }
  static void samples(Samples& s) {
    s.call({{2, 1, 3}}, Attributes{{1}})
        .call({{1, 2, 1}}, Attributes{{0, 2}})
        .call({{1}}, Attributes{{0}});
    s.call({{0, 1}}, Attributes{{1}}).call({{2, 3}}, Attributes{{}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}}, Attributes{{1}}, "axis 1 of [2, 3] has size 3, expected 1");
    s.call({{2, 1}}, Attributes{{2}}, "does not fit");
  }
  static constexpr auto doc =
      "The array without axes of size 1.\n>>> lm.squeeze(lm.array([[1, 2]])).shape\n(2,)";
};
LAMINA_OP(Squeeze)

Array squeeze(Array x, IntList axes) {
  if (!x) throw StateError("squeeze: x is an empty Array");
  if (axes.empty()) {
    for (int axis = 0; axis < x.ndim(); ++axis) {
      if (x.shape(axis) == 1) axes.push_back(axis);
    }
  } else {
    axes = normalize_axes(axes, x.ndim(), "squeeze: axis", false);
  }
  return record(ops::op_Squeeze(), make_attributes(Squeeze::Attributes{std::move(axes)}),
                std::move(x));
}

}  // namespace lamina
