#include "lamina/ops/fold_rule.h"

namespace lamina {

FoldSizes fold_sizes(const Inference& c, const FoldAttributes& a) {
  const size_t axes = a.shape.size();
  for (const IntList* list : {&a.window, &a.stride, &a.padding_low, &a.padding_high, &a.dilation}) {
    if (list->size() != axes || axes == 0) {
      throw c.error<ValueError>("expected ", axes,
                                " numbers for window, stride, padding and dilation, got ", *list,
                                " for the shape ", a.shape);
    }
  }
  FoldSizes sizes;
  for (size_t i = 0; i < axes; ++i) {
    for (int64_t value : {a.window[i], a.stride[i], a.dilation[i]}) {
      if (value < 1 || value > kMaxWindow) {
        throw c.error<ValueError>("window, stride and dilation must be 1 or more, got ", a.window,
                                  ", ", a.stride, " and ", a.dilation);
      }
    }
    for (int64_t value : {a.padding_low[i], a.padding_high[i]}) {
      if (value < 0 || value > kMaxWindow) {
        throw c.error<ValueError>("padding must not be negative, got ", a.padding_low, " and ",
                                  a.padding_high);
      }
    }
    if (a.shape[i] < 0 || a.shape[i] > int64_t{1} << 60) {
      throw c.error<ValueError>("sizes must not be negative, got ", a.shape);
    }
    const int64_t reach = (a.window[i] - 1) * a.dilation[i] + 1;
    const int64_t count =
        window_positions(a.shape[i], reach, a.stride[i], a.padding_low[i] + a.padding_high[i]);
    if (count < 0) {
      throw c.error<ShapeError>("the window does not fit on spatial axis ", i, ": ", a.window[i],
                                " with dilation ", a.dilation[i], " on an input of ", a.shape[i],
                                " + ", a.padding_low[i] + a.padding_high[i], " of padding");
    }
    sizes.counts.push_back(count);
    if (__builtin_mul_overflow(sizes.taps, a.window[i], &sizes.taps) ||
        __builtin_mul_overflow(sizes.positions, count, &sizes.positions) ||
        sizes.taps > int64_t{1} << 40) {
      throw c.error<ValueError>("the windows are too large: ", a.window);
    }
  }
  return sizes;
}

}  // namespace lamina
