// diagonal(x): y[.., i] = x[.., i, .., i + offset, ..], the two axes replaced by one at the end. A
// view.
#include "lamina/op/samples.h"
#include "lamina/ops/diagonal_rule.h"

namespace lamina {

struct Diagonal {
  static constexpr auto name = "diagonal";
  static constexpr const char* inputs[] = {"x"};
  using Attributes = DiagonalAttributes;
  static void infer(Inference& c) {
    const auto& a = c.attributes<Attributes>();
    const Shape& x = c.shape(0);
    check_diagonal_axes(c, a, x.rank());
    Shape y;
    for (int i = 0; i < x.rank(); ++i) {
      if (i != a.axis1 && i != a.axis2) y.push_back(x[i]);
    }
    y.push_back(diagonal_length(x[a.axis1], x[a.axis2], a.offset));
    c.output(c.dtype(0), std::move(y));
  }
  static void gradient(Context& c) {
    const auto& a = c.attributes<Attributes>();
    const Shape& x = c.input(0).shape();
    c.give(0, record_diagonal_embed(c.cotangent(), {a, x[a.axis1], x[a.axis2]}));
  }
  static std::optional<View> view(const AttributesBase* attributes, const Operand& x,
                                  const Spec& y) {
    return diagonal_view(attributes->as<Attributes>(), x.strides, y.shape[y.shape.rank() - 1]);
  }
  static void samples(Samples& s) {
    s.call({{3, 4}}, Attributes{0, 0, 1}).call({{3, 4}}, Attributes{-2, 0, 1});
    s.call({{2, 3, 4}}, Attributes{1, 2, 0}).call({{3, 3}}, Attributes{5, 0, 1});
    s.call({{0, 3}}, Attributes{0, 0, 1}).call({SampleInput({3, 3}, int32)}, Attributes{1, 1, 0});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{3}}, Attributes{0, 0, 1}, "expected two different axes below 1");
    s.call({{3, 3}}, Attributes{0, 1, 1}, "expected two different axes below 2");
  }
  static constexpr auto doc =
      "The elements on a diagonal, as a view.\n"
      ">>> lm.diagonal(lm.array([[1, 2], [3, 4]]))\n[1, 4]";
};
LAMINA_OP(Diagonal)

Array record_diagonal(Array x, DiagonalAttributes attributes) {
  return record(ops::op_Diagonal(), make_attributes(attributes), std::move(x));
}

}  // namespace lamina
