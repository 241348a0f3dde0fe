// diagonal_embed(x): zeros with x [.., length] on a diagonal of the axes axis1 and axis2, which
// have size1 and size2 elements. The transpose of diagonal.
#include <cstring>

#include "lamina/op/samples.h"
#include "lamina/ops/copy_rows.h"
#include "lamina/ops/diagonal_rule.h"

namespace lamina {

struct DiagonalEmbed {
  static constexpr auto name = "diagonal_embed";
  static constexpr const char* inputs[] = {"x"};
  using Attributes = DiagonalEmbedAttributes;
  static void infer(Inference& c) {
    const auto& a = c.attributes<Attributes>();
    const Shape& x = c.shape(0);
    if (x.rank() < 1) throw c.error<ShapeError>("expected x [.., length], got ", x);
    check_diagonal_axes(c, a, x.rank() + 1);
    if (a.size1 < 0 || a.size2 < 0) {
      throw c.error<ValueError>("sizes must not be negative, got ", a.size1, " and ", a.size2);
    }
    const int64_t length = diagonal_length(a.size1, a.size2, a.offset);
    if (x[x.rank() - 1] != length) {
      throw c.error<ShapeError>("expected a diagonal of ", length, " elements, got ", x);
    }
    Shape y;
    for (int i = 0, next = 0; i <= x.rank(); ++i) {
      y.push_back(i == a.axis1 ? a.size1 : i == a.axis2 ? a.size2 : x[next++]);
    }
    c.output(c.dtype(0), std::move(y));
  }
  static void gradient(Context& c) {
    c.give(0, record_diagonal(c.cotangent(), c.attributes<Attributes>()));
  }
  static void reference(Reference& r) {
    const auto x = r.input(0), y = r.output();
    if (y.elements() == 0) return;
    std::memset(y.data(), 0, static_cast<size_t>(y.elements()) * y.item_bytes());
    if (x.elements() == 0) return;
    copy_rows(x, y, diagonal_view(r.attributes<Attributes>(), y.strides(), x.size(x.rank() - 1)));
  }
  static void samples(Samples& s) {
    s.call({{3}}, Attributes{{0, 0, 1}, 3, 4}).call({{2, 3}}, Attributes{{1, 2, 0}, 3, 4});
    s.call({{2, 1}}, Attributes{{-2, 1, 2}, 3, 3}).call({{0}}, Attributes{{0, 0, 1}, 0, 2});
    s.call({SampleInput({2}, int32)}, Attributes{{0, 1, 0}, 2, 2});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{3}}, Attributes{{0, 0, 1}, 2, 2}, "expected a diagonal of 2 elements, got [3]");
    s.call({{3}}, Attributes{{0, 0, 0}, 3, 3}, "expected two different axes");
    s.call({{3}}, Attributes{{0, 0, 1}, -3, 3}, "sizes must not be negative");
    s.call({Shape{}}, Attributes{{0, 0, 1}, 1, 1}, "expected x [.., length]");
  }
  static constexpr auto doc = "Zeros with x on a diagonal.";
};
LAMINA_OP(DiagonalEmbed)

Array record_diagonal_embed(Array x, DiagonalEmbedAttributes attributes) {
  return record(ops::op_DiagonalEmbed(), make_attributes(attributes), std::move(x));
}

}  // namespace lamina
