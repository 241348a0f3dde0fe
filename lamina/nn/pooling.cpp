#include "lamina/nn/pooling.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina::nn {
namespace {

void check_axes(const Array& x, int axes) {
  if (x.ndim() == axes + 2) return;
  throw ShapeError(text("expected x [N, C, spatial..] of ", axes + 2, " axes, got ", x.shape()))
      .detail("input", describe_input(x))
      .help("one image still needs a batch axis: expand_dims(x, 0)");
}

}  // namespace

std::string window_arguments(int axes, const PerAxis& kernel_size, const PerAxis& stride) {
  std::string out = text("kernel_size=", kernel_size.for_axes(axes, 0, "kernel_size"));
  if (stride.given()) out += text(", stride=", stride.for_axes(axes, 0, "stride"));
  return out;
}

std::string axes_kind(const char* name, int axes) { return text(name, axes, "d"); }

template <int kAxes>
Array MaxPool<kAxes>::forward(Array x) {
  check_axes(x, kAxes);
  return max_pool(std::move(x), kernel_size, options);
}

template <int kAxes>
Array AvgPool<kAxes>::forward(Array x) {
  check_axes(x, kAxes);
  return avg_pool(std::move(x), kernel_size, options);
}

template <int kAxes>
Array LPPool<kAxes>::forward(Array x) {
  check_axes(x, kAxes);
  return lp_pool(std::move(x), norm_type, kernel_size, options);
}

template <int kAxes>
Array AdaptiveAvgPool<kAxes>::forward(Array x) {
  check_axes(x, kAxes);
  return adaptive_avg_pool(std::move(x), output_size);
}

template <int kAxes>
Array AdaptiveMaxPool<kAxes>::forward(Array x) {
  check_axes(x, kAxes);
  return adaptive_max_pool(std::move(x), output_size);
}

template <int kAxes>
Array FractionalMaxPool<kAxes>::forward(Array x) {
  check_axes(x, kAxes);
  return fractional_max_pool(std::move(x), kernel_size, options).values;
}

template <int kAxes>
Array MaxUnpool<kAxes>::forward(Array x, Array indices) {
  check_axes(x, kAxes);
  return max_unpool(std::move(x), std::move(indices), kernel_size, options);
}

template <int kAxes>
std::vector<Array> MaxUnpool<kAxes>::forward_all(std::vector<Array> inputs) {
  if (inputs.size() != 2) {
    throw ValueError(text(kind(), " takes values and indices, got ", inputs.size(), " inputs"));
  }
  return {forward(std::move(inputs[0]), std::move(inputs[1]))};
}

template class FractionalMaxPool<2>;
template class FractionalMaxPool<3>;
template class MaxUnpool<1>;
template class MaxUnpool<2>;
template class MaxUnpool<3>;

#define LAMINA_POOL_MODULES(axes)       \
  template class MaxPool<axes>;         \
  template class AvgPool<axes>;         \
  template class LPPool<axes>;          \
  template class AdaptiveAvgPool<axes>; \
  template class AdaptiveMaxPool<axes>;
LAMINA_POOL_MODULES(1)
LAMINA_POOL_MODULES(2)
LAMINA_POOL_MODULES(3)
#undef LAMINA_POOL_MODULES

}  // namespace lamina::nn
