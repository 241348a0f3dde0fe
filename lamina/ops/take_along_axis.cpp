// take_along_axis(x, indices): one index along the axis for every entry of the result.
#include <cstring>

#include "lamina/base/error.h"
#include "lamina/op/samples.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/indexing_rule.h"

namespace lamina {

struct TakeAlongAxis {
  static constexpr auto name = "take_along_axis";
  static constexpr const char* inputs[] = {"x", "indices"};
  static constexpr bool checks_values = true;
  using Attributes = AxisAttributes;
  static void infer(Inference& c) {
    check_along_axis(c, check_indexing(c));
    c.output(c.dtype(0), c.shape(1));
  }
  static void gradient(Context& c) {
    const int axis = static_cast<int>(c.attributes<Attributes>().axis);
    c.give(0, add_along_axis(zeros_like(c.input(0)), c.input(1), c.cotangent(), axis));
  }
  static void reference(Reference& r) {
    const auto x = r.input(0), indices = r.input(1), y = r.output();
    const int axis = static_cast<int>(r.attributes<Attributes>().axis);
    const AxisSplit from(x.shape(), axis), to(y.shape(), axis);
    for (int64_t i = 0; i < y.elements(); ++i) {
      const int64_t outer = i / (to.size * to.inner), inner = i % to.inner;
      const int64_t index = read_index(r, indices, i, from.size);
      if (index < 0) {
        std::memset(y.at(i), 0, y.item_bytes());
      } else {
        std::memcpy(y.at(i), x.at((outer * from.size + index) * from.inner + inner),
                    y.item_bytes());
      }
    }
  }
  static void samples(Samples& s) {
    s.call({{4, 3}, SampleInput({4, 2}, int64, -3, 2)}, Attributes{1})
        .call({{4, 3}, SampleInput({5, 3}, int32, 0, 3)}, Attributes{0});
    s.call({{2, 4, 3}, SampleInput({2, 0, 3}, int64)}, Attributes{1});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{4, 3}, SampleInput({3, 2}, int64)}, Attributes{1},
           "with the sizes of x but for axis 1");
    s.call({{4, 3}, SampleInput({4}, int64)}, Attributes{1}, "with the sizes of x but for axis 1");
    s.call({{4, 3}, {4, 2}}, Attributes{1}, "expected indices of an integer type");
  }
  static constexpr auto doc =
      "One entry along an axis for every index.\n"
      ">>> lm.take_along_axis(lm.array([[1, 2], [3, 4]]), lm.array([[1], [0]]), axis=1)\n[[2],\n "
      "[3]]";
};
LAMINA_OP(TakeAlongAxis)

Array take_along_axis(Array x, Array indices, int axis) {
  AttributesRef attributes = indexing_attributes("take_along_axis", x, indices, axis);
  return record(ops::op_TakeAlongAxis(), std::move(attributes), std::move(x), std::move(indices));
}

}  // namespace lamina
