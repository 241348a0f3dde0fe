// scatter_add(x, indices, updates): x with updates added to the entries at indices, in their order.
#include "lamina/base/error.h"
#include "lamina/op/samples.h"
#include "lamina/ops/copy_rows.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing_rule.h"

namespace lamina {

struct ScatterAdd {
  static constexpr auto name = "scatter_add";
  static constexpr const char* inputs[] = {"x", "indices", "updates"};
  static constexpr bool checks_values = true;
  using Attributes = AxisAttributes;
  static void infer(Inference& c) {
    const int axis = check_indexing(c);
    const Shape expected = taken_shape(c.shape(0), axis, c.shape(1));
    if (!(c.shape(2) == expected))
      throw c.error<ShapeError>("expected updates ", expected, ", got ", c.shape(2));
    if (c.dtype(2) != c.dtype(0)) {
      throw c.error<DTypeError>("expected updates of ", c.dtype(0), ", got ", c.dtype(2));
    }
    c.output(c.dtype(0), c.shape(0));
  }
  static void gradient(Context& c) {
    c.give(0, c.cotangent());
    if (c.wants(2)) {
      c.give(2, take(c.cotangent(), c.input(1), static_cast<int>(c.attributes<Attributes>().axis)));
    }
  }
  static void reference(Reference& r) {
    const auto indices = r.input(1), updates = r.input(2), y = r.output();
    copy_rows(r.input(0), y, {y.strides(), 0});
    const AxisSplit split(y.shape(), static_cast<int>(r.attributes<Attributes>().axis));
    const int64_t count = indices.elements();
    const bool plain = y.dtype() == float32 && is_row_major(updates.shape(), updates.strides());
    for (int64_t i = 0; i < count && updates.elements() > 0; ++i) {
      const int64_t index = read_index(r, indices, i, split.size);
      if (index < 0) continue;
      for (int64_t outer = 0; outer < split.outer; ++outer) {
        const int64_t to = (outer * split.size + index) * split.inner,
                      from = (outer * count + i) * split.inner;
        if (plain) {  // the gradient of an embedding
          float* sums = reinterpret_cast<float*>(y.data()) + to;
          const float* terms = reinterpret_cast<const float*>(updates.data()) + from;
          for (int64_t k = 0; k < split.inner; ++k) sums[k] += terms[k];
        } else {
          for (int64_t k = 0; k < split.inner; ++k) add_entry(y, to + k, updates, from + k);
        }
      }
    }
  }
  static void samples(Samples& s) {
    s.call({{4, 3}, SampleInput({5}, int64, -4, 3), {5, 3}}, Attributes{0});
    s.call({{4, 3}, SampleInput({2, 2}, int32, 0, 2), {4, 2, 2}}, Attributes{1});
    s.call({{4, 3}, SampleInput({0}, int64), {0, 3}}, Attributes{0});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{4, 3}, SampleInput({2}, int64), {2, 2}}, Attributes{0},
           "expected updates [2, 3], got [2, 2]");
    s.call({{4, 3}, {2}, {2, 3}}, Attributes{0}, "expected indices of an integer type");
  }
  static constexpr auto doc =
      "The array with updates added at indices along an axis.\n"
      ">>> lm.scatter_add(lm.array([0, 0]), lm.array([1, 1]), lm.array([3, 4]), axis=0)\n[0, 7]";
};
LAMINA_OP(ScatterAdd)

Array scatter_add(Array x, Array indices, Array updates, int axis) {
  AttributesRef attributes = indexing_attributes("scatter_add", x, indices, axis);
  updates = astype(std::move(updates), x.dtype());
  return record(ops::op_ScatterAdd(), std::move(attributes), std::move(x), std::move(indices),
                std::move(updates));
}

}  // namespace lamina
