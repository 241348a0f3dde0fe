// digitize(x, bins): the number of the bin that x falls into: searchsorted. Bins may run upwards or
// downwards, as the first and last of them say.
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/binning.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/sorting.h"

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
  // NaN stands behind all numbers. Bins that run downwards are turned round, and what stands
  // behind a value is counted instead of what stands before it.
  static Array decompose(Context& c) {
    const Array &x = c.input(0), &bins = c.input(1);
    const bool right = !c.attributes<Attributes>().right;
    const int64_t count = bins.shape(0);
    if (count < 2) return searchsorted(bins, x, {.right = right});
    const Array first = slice(bins, {0}, {1}), last = slice(bins, {count - 1}, {count});
    Array downwards = last < first;
    if (is_floating(bins.dtype())) {
      downwards = logical_or(downwards, logical_and(isnan(first), logical_not(isnan(last))));
    }
    downwards = squeeze(std::move(downwards), {0});
    const Array upwards = where(downwards, flip(bins, {0}), bins);
    const Array place = searchsorted(upwards, x, {.right = right});
    return where(downwards, Array(count) - place, place);
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
};
LAMINA_OP(Digitize)

Array digitize(Array x, Array bins, const DigitizeOptions& options) {
  if (!x || !bins) throw StateError(text("digitize: ", x ? "bins" : "x", " is an empty Array"));
  const DType dtype = promote(x.dtype(), bins.dtype());
  return record(ops::op_Digitize(), make_attributes(Digitize::Attributes{options.right}),
                astype(std::move(x), dtype), astype(std::move(bins), dtype));
}

}  // namespace lamina
