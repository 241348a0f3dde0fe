// bag_numbers(offsets, count): offsets as one bag number for each position, like searchsorted of
// 0 .. count - 1 from the right, minus 1.
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reference.h"
#include "lamina/op/samples.h"
#include "lamina/ops/embedding.h"

namespace lamina {

struct BagNumbers {
  static constexpr auto name = "bag_numbers";
  static constexpr const char* inputs[] = {"offsets"};
  static constexpr bool checks_values = true;
  static constexpr auto no_gradient = "its input is integers";
  struct Attributes {
    int64_t count = 0;
    template <class V>
    void fields(V&& v) {
      v("count", count);
    }
  };
  static void infer(Inference& c) {
    const int64_t count = c.attributes<Attributes>().count;
    if (!is_integer(c.dtype(0)))
      throw c.error<DTypeError>("expected offsets of an integer type, got ", c.dtype(0));
    if (c.shape(0).rank() != 1)
      throw c.error<ShapeError>("expected offsets [bags], got ", c.shape(0));
    if (count < 0) throw c.error<ValueError>("count must not be negative, got ", count);
    if (count > 0 && c.shape(0)[0] == 0)
      throw c.error<ShapeError>("there are ", count, " positions but no bag");
    c.output(int64, {count});
  }
  static void reference(Reference& r) {
    const auto offsets = r.input(0), y = r.output();
    const int64_t bags = offsets.elements(), count = y.elements();
    if (bags > 0 && offsets.integer(0) != 0) r.report(offsets.integer(0), 1);
    int64_t bag = 0;
    for (int64_t b = 1; b < bags; ++b) {
      if (offsets.integer(b) < offsets.integer(b - 1) || offsets.integer(b) > count)
        r.report(offsets.integer(b), count + 1);
    }
    for (int64_t i = 0; i < count; ++i) {
      while (bag + 1 < bags && offsets.integer(bag + 1) <= i) ++bag;
      y.set_integer(i, bag);
    }
  }
  static void samples(Samples& s) {
    s.call({SampleInput({1}, int64, 0, 0)}, Attributes{5});
    s.call({SampleInput({1}, int32, 0, 0)}, Attributes{0});
    s.call({SampleInput({0}, int64, 0, 0)}, Attributes{0});
    s.call({SampleInput({3}, int64, 0, 0)}, Attributes{4});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{3}}, Attributes{4}, "expected offsets of an integer type, got float32");
    s.call({SampleInput({2, 2}, int64)}, Attributes{4}, "expected offsets [bags], got [2, 2]");
    s.call({SampleInput({0}, int64)}, Attributes{4}, "there are 4 positions but no bag");
    s.call({SampleInput({2}, int64)}, Attributes{-1}, "count must not be negative, got -1");
    s.call({SampleInput({2}, int64, 7, 9)}, Attributes{4}, "out of range");
  }
  static constexpr auto doc =
      "The number of the bag for each position, from the positions where bags begin.\n"
      ">>> lm.bag_numbers(lm.array([0, 2]), count=5)\n[0, 0, 1, 1, 1]";
};
LAMINA_OP(BagNumbers)

Array bag_numbers(Array offsets, int64_t count) {
  return record(ops::op_BagNumbers(), make_attributes(BagNumbers::Attributes{count}),
                std::move(offsets));
}

}  // namespace lamina
