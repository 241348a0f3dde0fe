// argsort(x, axis): where the sorted values stand in x: take_along_axis(x, argsort(x)) is sort(x).
#include <algorithm>
#include <numeric>

#include "lamina/op/samples.h"
#include "lamina/ops/axis_lines.h"
#include "lamina/ops/sort_rule.h"

namespace lamina {

struct ArgSort {
  static constexpr auto name = "argsort";
  static constexpr const char* inputs[] = {"x"};
  using Attributes = SortAttributes;
  static constexpr auto no_gradient = "a position is an integer";
  static void infer(Inference& c) {
    check_sort(c);
    c.output(int64, c.shape(0));
  }
  static void reference(Reference& r) {
    const auto x = r.input(0), y = r.output();
    const auto& a = r.attributes<Attributes>();
    const AxisLines from(x, static_cast<int>(a.axis)), to(y, static_cast<int>(a.axis));
    dispatch(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      using Key = SortKey<T>;
      struct Entry {
        Key key;
        int64_t place;
      };
      std::vector<Entry> entries(static_cast<size_t>(from.size()));
      for (int64_t line = 0; line < from.count(); ++line) {
        const T* in = from.at<const T>(line);
        for (int64_t i = 0; i < from.size(); ++i)
          entries[i] = {static_cast<Key>(in[i * from.step()]), i};
        std::stable_sort(entries.begin(), entries.end(), [&](const Entry& u, const Entry& v) {
          return sorts_before(u.key, v.key, a.descending);
        });
        int64_t* out = to.at<int64_t>(line);
        for (int64_t i = 0; i < to.size(); ++i) out[i * to.step()] = entries[i].place;
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
      "The positions of the sorted values.\n>>> lm.argsort(lm.array([3, 1, 2]))\n[1, 2, 0]";
};
LAMINA_OP(ArgSort)

Array argsort(Array x, SortOptions options) {
  AttributesRef attributes = sort_attributes("argsort", x, options);
  return record(ops::op_ArgSort(), std::move(attributes), std::move(x));
}

}  // namespace lamina
