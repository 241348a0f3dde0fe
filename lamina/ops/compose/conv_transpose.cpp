// conv_transpose and its relatives: convolution_input_gradient as a function of the cotangent.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/ops/channel_axes.h"
#include "lamina/ops/convolution.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina {

namespace {

struct Plan {
  ConvolutionAttributes attributes;
  IntList sizes;  // of the convolution's input, which is the result
  IntList zeros;  // which no window reaches, after each axis
};

// The sides such that the result has size * stride points; more output_padding where the window is
// shorter than the stride.
Padding::Sides same_sides(const IntList& reach, const IntList& stride, IntList& extra) {
  Padding::Sides sides;
  for (size_t i = 0; i < reach.size(); ++i) {
    const int64_t total = std::max<int64_t>(reach[i] - stride[i], 0);
    extra[i] += std::max<int64_t>(stride[i] - reach[i], 0);
    sides.low.push_back(total / 2);
    sides.high.push_back(total - total / 2);
  }
  return sides;
}

Plan plan_transpose(const char* name, int axes, const Shape& x, const Shape& weight,
                    const ConvTransposeOptions& options) {
  Plan plan;
  ConvolutionAttributes& a = plan.attributes;
  a.stride = options.stride.for_axes(axes, 1, text(name, ": stride"));
  a.dilation = options.dilation.for_axes(axes, 1, text(name, ": dilation"));
  a.groups = options.groups;
  IntList extra = options.output_padding.for_axes(axes, 0, text(name, ": output_padding"));
  IntList reach, sizes = spatial_sizes(x);
  for (int i = 0; i < axes; ++i) {
    if (extra[i] >= std::max(a.stride[i], a.dilation[i])) {
      throw ValueError(text(name, ": output_padding ", extra,
                            ": expected less than the stride or the dilation"));
    }
    const int64_t taps = weight[i + 2];
    if (taps < 1 || taps > kMaxWindow || a.dilation[i] > kMaxWindow / 2) {
      throw ShapeError(text(name, ": the kernel must not be empty or that large, got weight ",
                            weight, " with dilation ", a.dilation));
    }
    reach.push_back((taps - 1) * a.dilation[i] + 1);
  }
  Padding::Sides sides =
      options.padding.is_same()
          ? same_sides(reach, a.stride, extra)
          : options.padding.for_axes(sizes, reach, a.stride, text(name, ": padding"));
  a.padding_low = std::move(sides.low);
  a.padding_high = std::move(sides.high);
  for (int i = 0; i < axes; ++i) {
    // What is cut off the end is given back first; what is left lies behind the last window, or
    // where it is less than a stride within the convolution's input.
    const int64_t back = std::min(extra[i], a.padding_high[i]);
    a.padding_high[i] -= back;
    const int64_t beyond = extra[i] - back;
    int64_t size = 0;
    if (__builtin_mul_overflow(sizes[i] - 1, a.stride[i], &size) ||
        __builtin_add_overflow(size, reach[i], &size)) {
      throw ValueError(text(name, ": stride ", a.stride, " is too large"));
    }
    size -= a.padding_low[i] + a.padding_high[i];
    if (sizes[i] == 0 || size < 1) {
      throw ShapeError(text(name, ": nothing is left of spatial axis ", i, ": ", sizes[i],
                            " points, stride ", a.stride[i], ", window ", reach[i], ", padding ",
                            a.padding_low[i] + a.padding_high[i]));
    }
    plan.sizes.push_back(size);
    plan.zeros.push_back(beyond);
  }
  return plan;
}

Array transposed(const char* name, int axes, Array x, Array weight, Array bias,
                 const ConvTransposeOptions& options) {
  if (!x || !weight) throw StateError(text(name, ": ", x ? "weight" : "x", " is an empty Array"));
  if (axes == 0) axes = std::max(x.ndim() - 2, 1);
  if (x.ndim() != axes + 2 || weight.ndim() != axes + 2) {
    throw ShapeError(text(name,
                          ": expected x [N, C, spatial..] and weight [C, O / groups, "
                          "kernel..] of ",
                          axes + 2, " axes, got ", describe(x), " and ", describe(weight)));
  }
  if (weight.shape(0) != x.shape(1)) {
    throw ShapeError(text(name, ": expected ", weight.shape(0), " input channels, got ", x.shape(1),
                          "; input ", x.shape(), ", weight ", weight.shape()));
  }
  if (options.groups < 1 || x.shape(1) % options.groups != 0) {
    throw ValueError(text(name, ": the ", x.shape(1), " input channels do not divide into ",
                          options.groups, " groups"));
  }
  if (bias && !(bias.ndim() == 1 && bias.shape(0) == weight.shape(1) * options.groups)) {
    throw ShapeError(text(name, ": expected a bias [", weight.shape(1) * options.groups, "], got ",
                          describe(bias)));
  }
  Plan plan = plan_transpose(name, axes, x.shape(), weight.shape(), options);
  DType dtype = promote(x.dtype(), weight.dtype());
  if (bias) dtype = promote(dtype, bias.dtype());
  Array y =
      convolution_input_gradient(astype(std::move(x), dtype), astype(std::move(weight), dtype),
                                 std::move(plan.attributes), plan.sizes);
  if (std::any_of(plan.zeros.begin(), plan.zeros.end(), [](int64_t n) { return n > 0; })) {
    IntList low(static_cast<size_t>(axes) + 2, 0), high{0, 0};
    for (int64_t n : plan.zeros) high.push_back(n);
    y = pad(std::move(y), std::move(low), std::move(high));
  }
  if (!bias) return y;
  bias = astype(std::move(bias), y.dtype());
  return std::move(y) + per_channel(std::move(bias), axes + 2);
}

}  // namespace

#define LAMINA_CONV_TRANSPOSE(function, axes)                                                      \
  Array function(Array x, Array weight, Array bias, const ConvTransposeOptions& options) {         \
    return transposed(#function, axes, std::move(x), std::move(weight), std::move(bias), options); \
  }                                                                                                \
  Array function(Array x, Array weight, const ConvTransposeOptions& options) {                     \
    return transposed(#function, axes, std::move(x), std::move(weight), {}, options);              \
  }
LAMINA_CONV_TRANSPOSE(conv_transpose, 0)
LAMINA_CONV_TRANSPOSE(conv_transpose1d, 1)
LAMINA_CONV_TRANSPOSE(conv_transpose2d, 2)
LAMINA_CONV_TRANSPOSE(conv_transpose3d, 3)
#undef LAMINA_CONV_TRANSPOSE

}  // namespace lamina
