// take(x, indices): x's entries along an axis. Rows are copied whole where they lie together.
#include <cstring>

#include "lamina/base/error.h"
#include "lamina/op/samples.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/indexing_rule.h"

namespace lamina {

struct Take {
  static constexpr auto name = "take";
  static constexpr const char* inputs[] = {"x", "indices"};
  static constexpr bool checks_values = true;
  using Attributes = AxisAttributes;
  static void infer(Inference& c) {
    const int axis = check_indexing(c);
    c.output(c.dtype(0), taken_shape(c.shape(0), axis, c.shape(1)));
  }
  static void gradient(Context& c) {
    const int axis = static_cast<int>(c.attributes<Attributes>().axis);
    c.give(0, scatter_add(zeros_like(c.input(0)), c.input(1), c.cotangent(), axis));
  }
  static void reference(Reference& r) {
    const auto x = r.input(0), indices = r.input(1), y = r.output();
    const AxisSplit split(x.shape(), static_cast<int>(r.attributes<Attributes>().axis));
    const int64_t count = indices.elements();
    const bool whole = is_row_major(x.shape(), x.strides());
    const size_t item = x.item_bytes(), row = static_cast<size_t>(split.inner) * item;
    if (y.elements() == 0) return;
    for (int64_t i = 0; i < count; ++i) {
      const int64_t index = read_index(r, indices, i, split.size);
      for (int64_t outer = 0; outer < split.outer; ++outer) {
        std::byte* to =
            y.data() + (outer * count + i) * static_cast<int64_t>(row);  // outputs lie row-major
        const int64_t from = (outer * split.size + index) * split.inner;
        if (index < 0) {
          std::memset(to, 0, row);
        } else if (whole) {
          std::memcpy(to, x.data() + from * static_cast<int64_t>(item), row);
        } else {
          for (int64_t k = 0; k < split.inner; ++k)
            std::memcpy(to + k * item, x.at(from + k), item);
        }
      }
    }
  }
  static void samples(Samples& s) {
    s.call({{4, 3}, SampleInput({5}, int64, -4, 3)}, Attributes{0})
        .call({{4, 3}, SampleInput({2, 2}, int32, 0, 2)}, Attributes{1});
    s.call({{2, 4, 3}, SampleInput(Shape{}, int64, 0, 3)}, Attributes{1})
        .call({{4, 3}, SampleInput({0}, int64)}, Attributes{0});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{4, 3}, SampleInput({2}, int64)}, Attributes{2}, "axis 2 does not fit [4, 3]");
    s.call({{4, 3}, {2}}, Attributes{0}, "expected indices of an integer type, got float32");
  }
  static constexpr auto doc =
      "Entries along an axis, by number.\n>>> lm.take(lm.array([5, 6, 7]), lm.array([2, 0]), "
      "axis=0)\n[7, 5]";
};
LAMINA_OP(Take)

Array take(Array x, Array indices, int axis) {
  AttributesRef attributes = indexing_attributes("take", x, indices, axis);
  return record(ops::op_Take(), std::move(attributes), std::move(x), std::move(indices));
}

}  // namespace lamina
