#include "lamina/ops/pooling_rule.h"

namespace lamina {

Shape pooling_shape(const Inference& c, const PoolingAttributes& a, const Shape& x) {
  const int axes = x.rank() - 2;
  if (axes < 1) throw c.error<ShapeError>("expected x [N, C, spatial..], got ", x);
  for (const IntList* list : {&a.window, &a.stride, &a.padding_low, &a.padding_high}) {
    if (static_cast<int>(list->size()) != axes) {
      throw c.error<ValueError>("expected ", axes, " numbers for window, stride and padding, got ",
                                *list);
    }
  }
  Shape y{x[0], x[1]};
  for (int i = 0; i < axes; ++i) {
    const int64_t window = a.window[i], low = a.padding_low[i], high = a.padding_high[i];
    if (window < 1 || window > kMaxWindow)
      throw c.error<ValueError>("window ", a.window, ": expected 1 or more");
    if (a.stride[i] < 1 || a.stride[i] > kMaxWindow) {
      throw c.error<ValueError>("stride ", a.stride, ": expected 1 or more");
    }
    if (low < 0 || high < 0 || low >= window || high >= window) {
      throw c.error<ValueError>("padding ", low, " and ", high,
                                ": expected less than the window of ", window);
    }
    const int64_t positions =
        x[i + 2] == 0 ? -1 : window_positions(x[i + 2], window, a.stride[i], low + high);
    if (positions < 0) {
      throw c.error<ShapeError>("the window does not fit on axis ", i + 2, ": ", window,
                                " on an input of ", x[i + 2], " + ", low + high, " of padding");
    }
    y.push_back(positions);
  }
  return y;
}

}  // namespace lamina
