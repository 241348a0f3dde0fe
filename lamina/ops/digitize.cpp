// digitize(x, bins): the number of the bin that x falls into, by bisection. Bins may run upwards or
// downwards, as the first and last of them say.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reference_values.h"
#include "lamina/op/samples.h"
#include "lamina/ops/binning.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Digitize {
  static constexpr auto name = "digitize";
  static constexpr const char* inputs[] = {"x", "bins"};
  struct Attributes {
    bool right = false;
    template <class V>
    void fields(V&& v) {
      v("right", right);
    }
  };
  static void infer(Inference& c) {
    if (c.shape(1).rank() != 1) throw c.error<ShapeError>("expected bins [B], got ", c.shape(1));
    if (c.dtype(0) != c.dtype(1) || c.dtype(0) == bool_) {
      throw c.error<DTypeError>("expected numbers of one type, got ", c.dtype(0), " and ",
                                c.dtype(1));
    }
    c.output(int64, c.shape(0));
  }
  static constexpr auto no_gradient = "a bin's number is an integer";
  static void reference(Reference& r) {
    Reference::with_type(r.input(0).dtype(), [&](auto zero) { search<decltype(zero)>(r); });
  }
  static void samples(Samples& s) {
    s.call({{3, 4}, SampleInput{1}}, Attributes{}).call({{5}, SampleInput{0}}, Attributes{true});
    s.call({SampleInput({7}, int32, -3, 3), SampleInput({1}, int32, 0, 0)}, Attributes{true});
    s.call({{0}, SampleInput{1}}, Attributes{}).call({Shape{}, SampleInput{1}}, Attributes{});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{3}, {2, 2}}, Attributes{}, "expected bins [B], got [2, 2]");
    s.call({{3}, SampleInput({2}, int32)}, Attributes{}, "expected numbers of one type");
  }
  static constexpr auto doc =
      "The number of the bin that each value falls into.\n"
      ">>> lm.digitize(lm.array([0.5, 1.0, 9.0]), lm.array([0.0, 1.0, 2.0]))\n[1, 2, 3]";

 private:
  template <class T>
  static void search(Reference& r) {
    const auto x = r.input(0), y = r.output();
    const bool right = r.attributes<Attributes>().right;
    const bool wide = x.dtype() == uint64;
    const std::vector<T> bins = values_of<T>(r.input(1));
    // NaN stands behind all numbers.
    auto less = [wide](T a, T b) {
      if constexpr (std::is_same_v<T, int64_t>) {
        if (wide) return static_cast<uint64_t>(a) < static_cast<uint64_t>(b);
      }
      return a < b || (b != b && a == a);
    };
    auto more = [&less](T a, T b) { return less(b, a); };
    const bool downwards = bins.size() > 1 && less(bins.back(), bins.front());
    for (int64_t i = 0; i < y.elements(); ++i) {
      const T value = Reference::get<T>(x, i);
      const auto place = downwards
                             ? (right ? std::upper_bound(bins.begin(), bins.end(), value, more)
                                      : std::lower_bound(bins.begin(), bins.end(), value, more))
                         : right ? std::lower_bound(bins.begin(), bins.end(), value, less)
                                 : std::upper_bound(bins.begin(), bins.end(), value, less);
      y.set_integer(i, place - bins.begin());
    }
  }
};
LAMINA_OP(Digitize)

Array digitize(Array x, Array bins, const DigitizeOptions& options) {
  if (!x || !bins) throw StateError(text("digitize: ", x ? "bins" : "x", " is an empty Array"));
  const DType dtype = promote(x.dtype(), bins.dtype());
  return record(ops::op_Digitize(), make_attributes(Digitize::Attributes{options.right}),
                astype(std::move(x), dtype), astype(std::move(bins), dtype));
}

}  // namespace lamina
