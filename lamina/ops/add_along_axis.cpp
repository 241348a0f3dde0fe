// add_along_axis(x, indices, updates): the transpose of take_along_axis; updates are added one by
// one, in order.
#include "lamina/base/error.h"
#include "lamina/op/samples.h"
#include "lamina/ops/copy_rows.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing_rule.h"

namespace lamina {

struct AddAlongAxis {
  static constexpr auto name = "add_along_axis";
  static constexpr const char* inputs[] = {"x", "indices", "updates"};
  static constexpr bool checks_values = true;
  using Attributes = AxisAttributes;
  static void infer(Inference& c) {
    check_along_axis(c, check_indexing(c));
    if (!(c.shape(2) == c.shape(1)))
      throw c.error<ShapeError>("expected updates ", c.shape(1), ", got ", c.shape(2));
    if (c.dtype(2) != c.dtype(0)) {
      throw c.error<DTypeError>("expected updates of ", c.dtype(0), ", got ", c.dtype(2));
    }
    c.output(c.dtype(0), c.shape(0));
  }
  static void gradient(Context& c) {
    c.give(0, c.cotangent());
    if (c.wants(2)) {
      c.give(2, take_along_axis(c.cotangent(), c.input(1),
                                static_cast<int>(c.attributes<Attributes>().axis)));
    }
  }
  static void reference(Reference& r) {
    const auto indices = r.input(1), updates = r.input(2), y = r.output();
    copy_rows(r.input(0), y, {y.strides(), 0});
    const int axis = static_cast<int>(r.attributes<Attributes>().axis);
    const AxisSplit to(y.shape(), axis), from(updates.shape(), axis);
    for (int64_t i = 0; i < updates.elements(); ++i) {
      const int64_t outer = i / (from.size * from.inner), inner = i % from.inner;
      const int64_t index = read_index(r, indices, i, to.size);
      if (index >= 0) add_entry(y, (outer * to.size + index) * to.inner + inner, updates, i);
    }
  }
  static void samples(Samples& s) {
    s.call({{4, 3}, SampleInput({4, 2}, int64, -3, 2), {4, 2}}, Attributes{1});
    s.call({{4, 3}, SampleInput({5, 3}, int32, 0, 3), {5, 3}}, Attributes{0});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{4, 3}, SampleInput({4, 2}, int64), {4, 3}}, Attributes{1},
           "expected updates [4, 2], got [4, 3]");
  }
  static constexpr auto doc =
      "The array with updates added, one index along an axis for each.\n"
      ">>> lm.add_along_axis(lm.array([[0, 0]]), lm.array([[1]]), lm.array([[5]]), axis=1)\n[[0, "
      "5]]";
};
LAMINA_OP(AddAlongAxis)

Array add_along_axis(Array x, Array indices, Array updates, int axis) {
  AttributesRef attributes = indexing_attributes("add_along_axis", x, indices, axis);
  updates = astype(std::move(updates), x.dtype());
  return record(ops::op_AddAlongAxis(), std::move(attributes), std::move(x), std::move(indices),
                std::move(updates));
}

}  // namespace lamina
