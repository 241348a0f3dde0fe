// sort(x, axis): the values along an axis in order. Its gradient sends each cotangent back to the
// place its value came from, which argsort finds again: a forward pass alone never pays for the
// places.
#include <algorithm>

#include "lamina/op/samples.h"
#include "lamina/ops/axis_lines.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/sort_rule.h"

namespace lamina {

struct Sort {
  static constexpr auto name = "sort";
  static constexpr const char* inputs[] = {"x"};
  using Attributes = SortAttributes;
  static void infer(Inference& c) {
    check_sort(c);
    c.output(c.dtype(0), c.shape(0));
  }
  static void gradient(Context& c) {
    const auto& a = c.attributes<Attributes>();
    const int axis = static_cast<int>(a.axis);
    const Array places = argsort(c.input(0), {.axis = axis, .descending = a.descending});
    c.give(0, add_along_axis(zeros_like(c.input(0)), places, c.cotangent(), axis));
  }
  static void reference(Reference& r) {
    const auto x = r.input(0), y = r.output();
    const auto& a = r.attributes<Attributes>();
    const AxisLines from(x, static_cast<int>(a.axis)), to(y, static_cast<int>(a.axis));
    dispatch(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      using Key = SortKey<T>;
      std::vector<Key> keys(static_cast<size_t>(from.size()));
      for (int64_t line = 0; line < from.count(); ++line) {
        const T* in = from.at<const T>(line);
        for (int64_t i = 0; i < from.size(); ++i) keys[i] = static_cast<Key>(in[i * from.step()]);
        std::stable_sort(keys.begin(), keys.end(),
                         [&](Key u, Key v) { return sorts_before(u, v, a.descending); });
        T* out = to.at<T>(line);
        for (int64_t i = 0; i < to.size(); ++i) out[i * to.step()] = static_cast<T>(keys[i]);
      }
    });
  }
  static void samples(Samples& s) {
    s.call({SampleInput{5}.separated()}, Attributes{0})
        .call({SampleInput{3, 4}.separated()}, Attributes{0, true})
        .call({SampleInput{2, 5, 3}.separated()}, Attributes{1});
    s.call({SampleInput({4, 6}, int32)}, Attributes{1})
        .call({SampleInput({7}, bool_)}, Attributes{0, true})
        .call({SampleInput({5}, uint64, 0, 100)}, Attributes{0})
        .call({{0, 3}}, Attributes{0})
        .call({{1}}, Attributes{0});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}}, Attributes{2}, "axis 2 does not fit").call({Shape{}}, Attributes{0}, "axis 0");
  }
  static constexpr auto doc =
      "The values along an axis in order.\n>>> lm.sort(lm.array([3, 1, 2]))\n[1, 2, 3]";
};
LAMINA_OP(Sort)

Array sort(Array x, SortOptions options) {
  AttributesRef attributes = sort_attributes("sort", x, options);
  return record(ops::op_Sort(), std::move(attributes), std::move(x));
}

}  // namespace lamina
