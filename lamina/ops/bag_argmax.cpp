// bag_argmax(rows, bags): where the maximum of each bag stands, column by column; the first of
// equals.
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reference.h"
#include "lamina/op/samples.h"
#include "lamina/ops/embedding.h"

namespace lamina {

struct BagArgmax {
  static constexpr auto name = "bag_argmax";
  static constexpr const char* inputs[] = {"rows", "bags"};
  static constexpr bool checks_values = true;
  static constexpr auto no_gradient = "positions do not change smoothly";
  struct Attributes {
    int64_t count = 0;
    template <class V>
    void fields(V&& v) {
      v("count", count);
    }
  };
  static void infer(Inference& c) {
    const int64_t count = c.attributes<Attributes>().count;
    if (c.shape(0).rank() != 2) throw c.error<ShapeError>("expected rows [n, D], got ", c.shape(0));
    if (!is_integer(c.dtype(1)))
      throw c.error<DTypeError>("expected bags of an integer type, got ", c.dtype(1));
    if (!(c.shape(1) == Shape{c.shape(0)[0]})) {
      throw c.error<ShapeError>("expected bags [", c.shape(0)[0], "], one for each row, got ",
                                c.shape(1));
    }
    if (count < 0) throw c.error<ValueError>("count must not be negative, got ", count);
    c.output(int64, {count, c.shape(0)[1]});
  }
  static void reference(Reference& r) {
    const auto rows = r.input(0), bags = r.input(1), y = r.output();
    const int64_t count = y.size(0), columns = y.size(1);
    for (int64_t i = 0; i < y.elements(); ++i) y.set_integer(i, -1);
    for (int64_t i = 0; i < rows.size(0); ++i) {
      const int64_t bag = bags.integer(i);
      if (bag == -1) continue;
      if (bag < 0 || bag >= count) {
        r.report(bag, count);
        continue;
      }
      for (int64_t k = 0; k < columns; ++k) {
        const int64_t best = y.integer(bag * columns + k);
        const double value = rows.real(i * columns + k);
        if (best < 0 || value > rows.real(best * columns + k) || value != value)
          y.set_integer(bag * columns + k, i);
      }
    }
  }
  static void samples(Samples& s) {
    s.call({SampleInput({6, 2}).separated(), SampleInput({6}, int64, -1, 2)}, Attributes{4});
    s.call({SampleInput({0, 2}), SampleInput({0}, int32)}, Attributes{3});
    s.call({SampleInput({3, 1}).separated(), SampleInput({3}, int64, 0, 0)}, Attributes{1});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{6}, SampleInput({6}, int64)}, Attributes{2}, "expected rows [n, D], got [6]");
    s.call({{6, 2}, SampleInput({5}, int64)}, Attributes{2}, "expected bags [6]");
    s.call({{6, 2}, {6}}, Attributes{2}, "expected bags of an integer type, got float32");
    s.call({{6, 2}, SampleInput({6}, int64, 5, 7)}, Attributes{2}, "out of range");
  }
  static constexpr auto doc =
      "Where the largest entry of each bag stands, column by column; -1 for bags without rows.\n"
      ">>> lm.bag_argmax(lm.array([[1.0], [3.0], [2.0]]), lm.array([0, 0, 1]), count=2)\n"
      "[[1],\n [2]]";
};
LAMINA_OP(BagArgmax)

Array bag_argmax(Array rows, Array bags, int64_t count) {
  return record(ops::op_BagArgmax(), make_attributes(BagArgmax::Attributes{count}), std::move(rows),
                std::move(bags));
}

}  // namespace lamina
