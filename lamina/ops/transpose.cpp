// transpose(x, axes): the axes in another order; a view.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/movement.h"

namespace lamina {

struct Transpose {
  static constexpr auto name = "transpose";
  static constexpr const char* inputs[] = {"x"};
  using Attributes = TransposeAttributes;
  static void infer(Inference& c) {
    const IntList& axes = c.attributes<Attributes>().axes;
    IntList sorted = axes;
    std::sort(sorted.begin(), sorted.end());
    bool fits = static_cast<int>(axes.size()) == c.shape(0).rank();
    for (size_t i = 0; fits && i < sorted.size(); ++i) fits = sorted[i] == static_cast<int64_t>(i);
    if (!fits)
      throw c.error<ValueError>("axes ", axes, " are not a permutation of the array's ",
                                c.shape(0).rank());
    Shape shape;
    for (int64_t axis : axes) shape.push_back(c.shape(0)[axis]);
    c.output(c.dtype(0), std::move(shape));
  }
  static void gradient(Context& c) {
    const IntList& axes = c.attributes<Attributes>().axes;
    IntList inverse(axes.size(), 0);
    for (size_t i = 0; i < axes.size(); ++i) inverse[axes[i]] = static_cast<int64_t>(i);
    c.give(0, transpose(c.cotangent(), inverse));
  }
  static std::optional<View> view(const AttributesBase* attributes, const Operand& x, const Spec&) {
    View view;
    for (int64_t axis : attributes->as<Attributes>().axes) view.strides.push_back(x.strides[axis]);
    return view;
  }
  static void samples(Samples& s) {
    s.call({{2, 3}}, Attributes{{1, 0}})
        .call({{2, 3, 4}}, Attributes{{1, 2, 0}})
        .call({Shape{}}, Attributes{});
    s.call({{0, 3}}, Attributes{{1, 0}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}}, Attributes{{0, 0}}, "not a permutation")
        .call({{2, 3}}, Attributes{{0}}, "not a permutation");
  }
  static constexpr auto doc =
      "The axes in another order.\n>>> lm.transpose(lm.array([[1, 2], [3, 4]]), axes=(1, 0))\n"
      "[[1, 3],\n [2, 4]]";
};
LAMINA_OP(Transpose)

Array transpose(Array x, IntList axes) {
  if (axes.empty()) {
    for (int i = x.ndim(); i-- > 0;) axes.push_back(i);
  } else {
    for (int64_t& axis : axes) axis = normalize_axis(axis, x.ndim(), "transpose: axis");
  }
  return record(ops::op_Transpose(), make_attributes(Transpose::Attributes{std::move(axes)}),
                std::move(x));
}

Array swapaxes(Array x, int axis1, int axis2) {
  IntList axes;
  for (int i = 0; i < x.ndim(); ++i) axes.push_back(i);
  std::swap(axes[normalize_axis(axis1, x.ndim(), "swapaxes: axis1")],
            axes[normalize_axis(axis2, x.ndim(), "swapaxes: axis2")]);
  return transpose(std::move(x), std::move(axes));
}

}  // namespace lamina
