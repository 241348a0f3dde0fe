// searchsorted(x1, x2): by bisection, the places of x2's values in the sorted array x1. The order
// is that of sort: NaN stands behind all numbers.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/op/samples.h"
#include "lamina/ops/axis_lines.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/sorting.h"

namespace lamina {

struct SearchSorted {
  static constexpr auto name = "searchsorted";
  static constexpr const char* inputs[] = {"x1", "x2"};
  static constexpr auto no_gradient = "a position is an integer";
  using Attributes = SearchSortedAttributes;
  static void infer(Inference& c) {
    if (c.shape(0).rank() != 1)
      throw c.error<ShapeError>("expected one sorted axis for x1, got ", c.shape(0));
    if (c.dtype(0) != c.dtype(1)) throw c.error<DTypeError>("expected x1 and x2 of one type");
    c.output(int64, c.shape(1));
  }
  static void reference(Reference& r) {
    const auto sorted = r.input(0), x = r.input(1), y = r.output();
    const bool right = r.attributes<Attributes>().right;
    dispatch(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      using Key = SortKey<T>;
      const AxisLines line(sorted, 0);
      const T* values = line.count() == 0 ? nullptr : line.at<const T>(0);
      std::vector<Key> keys(static_cast<size_t>(line.size()));
      for (int64_t i = 0; i < line.size(); ++i) keys[i] = static_cast<Key>(values[i * line.step()]);
      auto before = [](Key u, Key v) { return sorts_before(u, v, false); };
      const bool dense = is_row_major(x.shape(), x.strides());
      const T* wanted = reinterpret_cast<const T*>(x.data());
      for (int64_t i = 0; i < y.elements(); ++i) {
        const Key key = static_cast<Key>(wanted[dense ? i : x.offset(i)]);
        const auto place = right ? std::upper_bound(keys.begin(), keys.end(), key, before)
                                 : std::lower_bound(keys.begin(), keys.end(), key, before);
        y.set_integer(i, place - keys.begin());
      }
    });
  }
  static void samples(Samples& s) {
    const SampleInput sorted({1}, float32, 0, 0);  // one value, and equal ones, are sorted
    s.call({sorted, {3, 4}}, Attributes{}).call({sorted, Shape{}}, Attributes{true});
    s.call({SampleInput({5}, int32, 1, 1), SampleInput({6}, int32, 0, 2)}, Attributes{})
        .call({SampleInput({5}, int32, 1, 1), SampleInput({6}, int32, 0, 2)}, Attributes{true})
        .call({{0}, {3}}, Attributes{})
        .call({sorted, {0, 2}}, Attributes{});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}, {3}}, Attributes{}, "expected one sorted axis for x1, got [2, 3]");
    s.call({{3}, SampleInput({3}, int32)}, Attributes{}, "x1 and x2 of one type");
  }
  static constexpr auto doc =
      "Where values would be put into a sorted array.\n"
      ">>> lm.searchsorted(lm.array([1, 3, 5]), lm.array([0, 3, 9]))\n[0, 1, 3]";
};
LAMINA_OP(SearchSorted)

Array searchsorted(Array x1, Array x2, SearchSortedOptions options) {
  if (!x1 || !x2) throw StateError(text("searchsorted: ", x1 ? "x2" : "x1", " is an empty Array"));
  if (options.sorter) x1 = take(std::move(x1), std::move(options.sorter), 0);
  const DType dtype = promote(x1.dtype(), x2.dtype());
  return record(ops::op_SearchSorted(), make_attributes(SearchSorted::Attributes{options.right}),
                astype(std::move(x1), dtype), astype(std::move(x2), dtype));
}

}  // namespace lamina
