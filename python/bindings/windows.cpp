// Convolution and pooling.
#include "windows.h"

#include "bindings.h"
#include "lamina/op/op.h"

namespace lamina::python {

PerAxis to_per_axis(nb::handle object, const char* what) {
  if (nb::isinstance<nb::int_>(object)) return PerAxis(to_int(object, what));
  return PerAxis(to_int_list(object, what));
}

Padding to_padding(nb::handle object, const char* what) {
  if (nb::isinstance<nb::str>(object)) return Padding(nb::cast<std::string>(object));
  IntList list = to_int_list(object, what);
  if (nb::isinstance<nb::int_>(object)) return Padding(static_cast<int>(list[0]));
  return Padding(std::move(list));
}

namespace {

using Convolution = Array (*)(Array, Array, Array, const ConvOptions&);
using Pooling = Array (*)(Array, PerAxis, const PoolOptions&);

void bind_convolution(nb::module_& m, const char* name, Convolution function) {
  m.def(
      name,
      [=](Array x, Array weight, std::optional<Array> bias, nb::handle stride, nb::handle padding,
          nb::handle dilation, int64_t groups) {
        return function(std::move(x), std::move(weight), bias ? std::move(*bias) : Array(),
                        to_conv_options(stride, padding, dilation, groups));
      },
      nb::arg("x"), nb::arg("weight"), nb::arg("bias") = nb::none(), nb::arg("stride") = 1,
      nb::arg("padding") = 0, nb::arg("dilation") = 1, nb::arg("groups") = 1,
      "x [N, C, ..], weight [O, C / groups, ..], bias [O] -> [N, O, ..]: cross-correlation.");
}

void bind_pooling(nb::module_& m, const char* name, Pooling function, const char* doc) {
  m.def(
      name,
      [=](Array x, nb::handle window, nb::handle stride, nb::handle padding, bool count_padding) {
        return function(std::move(x), to_per_axis(window, "pool: window"),
                        to_pool_options(stride, padding, count_padding));
      },
      nb::arg("x"), nb::arg("window"), nb::arg("stride") = nb::none(), nb::arg("padding") = 0,
      nb::arg("count_padding") = true, doc);
}

}  // namespace

void bind_windows(nb::module_& m) {
  bind_convolution(m, "conv", &conv);
  bind_convolution(m, "conv1d", &conv1d);
  bind_convolution(m, "conv2d", &conv2d);
  bind_convolution(m, "conv3d", &conv3d);
  constexpr const char* kMaximum = "The maximum over windows of x [N, C, ..].";
  constexpr const char* kAverage = "The average over windows of x [N, C, ..].";
  bind_pooling(m, "max_pool", &max_pool, kMaximum);
  bind_pooling(m, "max_pool1d", &max_pool1d, kMaximum);
  bind_pooling(m, "max_pool2d", &max_pool2d, kMaximum);
  bind_pooling(m, "max_pool3d", &max_pool3d, kMaximum);
  bind_pooling(m, "avg_pool", &avg_pool, kAverage);
  bind_pooling(m, "avg_pool1d", &avg_pool1d, kAverage);
  bind_pooling(m, "avg_pool2d", &avg_pool2d, kAverage);
  bind_pooling(m, "avg_pool3d", &avg_pool3d, kAverage);
  m.def(
      "adaptive_avg_pool2d",
      [](Array x, nb::handle size) {
        return adaptive_avg_pool2d(std::move(x), to_per_axis(size, "pool: size"));
      },
      nb::arg("x"), nb::arg("size"), "Averages such that the result has these spatial sizes.");
}

}  // namespace lamina::python
