#include "lamina/ops/convolution_rule.h"

namespace lamina {

namespace {

void check_list(const Inference& c, const char* name, const IntList& list, int axes,
                int64_t least) {
  if (static_cast<int>(list.size()) != axes) {
    throw c.error<ValueError>(name, " ", list, ": expected ", axes,
                              " numbers, one per spatial axis");
  }
  for (int64_t value : list) {
    if (value < least || value > kMaxWindow) {
      throw c.error<ValueError>(name, " ", list, ": expected ", least, " or more");
    }
  }
}

}  // namespace

void check_convolution_types(const Inference& c) {
  for (int i = 0; i < c.input_count(); ++i) {
    if (c.dtype(i) != c.dtype(0) || c.dtype(0) == bool_) {
      throw c.error<DTypeError>("expected numbers of one type, got ", c.dtype(0), " and ",
                                c.dtype(i));
    }
  }
}

void check_convolution(const Inference& c, const ConvolutionAttributes& a, const Shape& x,
                       const Shape& weight) {
  const int axes = x.rank() - 2;
  if (axes < 1) throw c.error<ShapeError>("expected x [N, C, spatial..], got ", x);
  if (weight.rank() != x.rank()) {
    throw c.error<ShapeError>("expected a weight [O, C / groups, kernel..] of ", x.rank(),
                              " axes, got ", weight);
  }
  check_list(c, "stride", a.stride, axes, 1);
  check_list(c, "dilation", a.dilation, axes, 1);
  check_list(c, "padding_low", a.padding_low, axes, 0);
  check_list(c, "padding_high", a.padding_high, axes, 0);
  if (a.groups < 1) throw c.error<ValueError>("groups must be positive, got ", a.groups);
  if (x[1] % a.groups != 0 || x[1] / a.groups != weight[1]) {
    int64_t expected = 0;
    const bool huge = __builtin_mul_overflow(weight[1], a.groups, &expected);
    throw c.error<ShapeError>("expected ", huge ? weight[1] : expected, " input channels, got ",
                              x[1], "; input ", x, ", weight ", weight, ", groups ", a.groups);
  }
  if (weight[0] % a.groups != 0) {
    throw c.error<ShapeError>("the weight's ", weight[0], " output channels do not divide into ",
                              a.groups, " groups");
  }
  for (int i = 0; i < axes; ++i) {
    if (weight[i + 2] < 1)
      throw c.error<ShapeError>("the kernel must not be empty, got weight ", weight);
  }
}

Shape convolution_shape(const Inference& c, const ConvolutionAttributes& a, const Shape& x,
                        const Shape& weight) {
  Shape y{x[0], weight[0]};
  for (int i = 0; i < x.rank() - 2; ++i) {
    const int64_t kernel = weight[i + 2], padding = a.padding_low[i] + a.padding_high[i];
    int64_t reach = 0;
    const bool huge = __builtin_mul_overflow(kernel - 1, a.dilation[i], &reach);
    const int64_t positions =
        huge ? -1 : window_positions(x[i + 2], reach + 1, a.stride[i], padding);
    if (positions < 0) {
      throw c.error<ShapeError>("the window does not fit on axis ", i + 2, ": kernel ", kernel,
                                " with dilation ", a.dilation[i], " on an input of ", x[i + 2],
                                " + ", padding, " of padding");
    }
    y.push_back(positions);
  }
  return y;
}

double convolution_flops(const Shape& weight, const Shape& y) {
  if (weight[0] == 0) return 0;
  return 2.0 * static_cast<double>(y.elements()) *
         static_cast<double>(weight.elements() / weight[0]);
}

}  // namespace lamina
