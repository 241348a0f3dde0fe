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

std::string sizes(std::string_view name, int channels, int size, int batch) {
  const bool says = name.ends_with("d") && name.size() > 1;
  const int axes = says ? name[name.size() - 2] - '0' : 2;
  std::string out = text("(", batch, ", ", channels);
  for (int i = 0; i < axes; ++i) out += text(", ", size);
  return out + ")";
}

namespace {

// What is documented, with an example: the shape of the result for x [1, 2, 8, ..].
std::string with_example(const char* doc, const char* name, const std::string& arguments,
                         int channels, int size) {
  return text(doc, "\n>>> lm.", name, "(lm.ones(", sizes(name, 2, 8), "), ", arguments, ").shape\n",
              sizes(name, channels, size));
}

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
      with_example(
          "x [N, C, ..], weight [O, C / groups, ..], bias [O] -> [N, O, ..]: cross-correlation.",
          name, text("lm.ones(", sizes(name, 2, 3, 3), ")"), 3, 6)
          .c_str());
}

void bind_pooling(nb::module_& m, const char* name, Pooling function, const char* doc) {
  m.def(
      name,
      [=](Array x, nb::handle window, nb::handle stride, nb::handle padding, bool count_padding,
          nb::handle dilation, bool ceil_mode, int64_t divisor) {
        return function(
            std::move(x), to_per_axis(window, "pool: window"),
            to_pool_options(stride, padding, count_padding, dilation, ceil_mode, divisor));
      },
      nb::arg("x"), nb::arg("window"), nb::arg("stride") = nb::none(), nb::arg("padding") = 0,
      nb::arg("count_padding") = true, nb::arg("dilation") = 1, nb::arg("ceil_mode") = false,
      nb::arg("divisor") = 0, with_example(doc, name, "2", 2, 4).c_str());
}

using Transposed = Array (*)(Array, Array, Array, const ConvTransposeOptions&);

void bind_transposed(nb::module_& m, const char* name, Transposed function) {
  m.def(
      name,
      [=](Array x, Array weight, std::optional<Array> bias, nb::handle stride, nb::handle padding,
          nb::handle output_padding, nb::handle dilation, int64_t groups) {
        return function(std::move(x), std::move(weight), bias ? std::move(*bias) : Array(),
                        {to_per_axis(stride, "conv_transpose: stride"),
                         to_padding(padding, "conv_transpose: padding"),
                         to_per_axis(output_padding, "conv_transpose: output_padding"),
                         to_per_axis(dilation, "conv_transpose: dilation"), groups});
      },
      nb::arg("x"), nb::arg("weight"), nb::arg("bias") = nb::none(), nb::arg("stride") = 1,
      nb::arg("padding") = 0, nb::arg("output_padding") = 0, nb::arg("dilation") = 1,
      nb::arg("groups") = 1,
      with_example(
          "x [N, C, ..], weight [C, O / groups, ..], bias [O] -> [N, O, ..]: the transpose of a "
          "convolution.",
          name, text("lm.ones(", sizes(name, 3, 3, 2), ")"), 3, 10)
          .c_str());
}

using Adaptive = Array (*)(Array, PerAxis);

void bind_adaptive(nb::module_& m, const char* name, Adaptive function, const char* doc) {
  m.def(
      name,
      [=](Array x, nb::handle size) {
        return function(std::move(x), to_per_axis(size, "pool: size"));
      },
      nb::arg("x"), nb::arg("size"), with_example(doc, name, "2", 2, 2).c_str());
}

nb::tuple pair_of(PooledMaxima maxima) {
  return nb::make_tuple(std::move(maxima.values), std::move(maxima.indices));
}

void bind_positions(nb::module_& m) {
  m.def(
      "max_pool_with_indices",
      [](Array x, nb::handle window, nb::handle stride, nb::handle padding, bool count_padding,
         nb::handle dilation, bool ceil_mode) {
        return pair_of(max_pool_with_indices(
            std::move(x), to_per_axis(window, "pool: window"),
            to_pool_options(stride, padding, count_padding, dilation, ceil_mode, 0)));
      },
      nb::arg("x"), nb::arg("window"), nb::arg("stride") = nb::none(), nb::arg("padding") = 0,
      nb::arg("count_padding") = true, nb::arg("dilation") = 1, nb::arg("ceil_mode") = false,
      "Maxima over windows, and their row-major positions within the spatial axes.\n"
      ">>> lm.max_pool_with_indices(lm.array([[[1.0, 3.0, 2.0, 0.0]]]), 2)\n"
      "(array([[[3, 2]]], dtype=float32), array([[[1, 2]]], dtype=int64))");
  m.def(
      "adaptive_max_pool_with_indices",
      [](Array x, nb::handle size) {
        return pair_of(
            adaptive_max_pool_with_indices(std::move(x), to_per_axis(size, "pool: size")));
      },
      nb::arg("x"), nb::arg("size"),
      "Maxima such that the result has these sizes, and positions.\n"
      ">>> lm.adaptive_max_pool_with_indices(lm.array([[[1.0, 3.0, 2.0, 0.0]]]), 2)\n"
      "(array([[[3, 2]]], dtype=float32), array([[[1, 2]]], dtype=int64))");
  m.def(
      "fractional_max_pool",
      [](Array x, nb::handle window, nb::handle output_size, nb::handle output_ratio,
         std::optional<Array> samples) {
        FractionalPoolOptions options = to_fractional_options(output_size, output_ratio);
        if (samples) options.samples = std::move(*samples);
        return pair_of(
            fractional_max_pool(std::move(x), to_per_axis(window, "pool: window"), options));
      },
      nb::arg("x"), nb::arg("window"), nb::arg("output_size") = nb::none(),
      nb::arg("output_ratio") = nb::none(), nb::arg("samples") = nb::none(),
      "Maxima over windows at random places, and positions.\n"
      ">>> values, indices = lm.fractional_max_pool(lm.ones((1, 2, 6, 6)), 2, output_size=3)\n"
      ">>> values.shape\n"
      "(1, 2, 3, 3)");
  m.def(
      "max_unpool",
      [](Array x, Array indices, nb::handle window, nb::handle stride, nb::handle padding,
         nb::handle output_size) {
        return max_unpool(std::move(x), std::move(indices),
                          to_per_axis(window, "max_unpool: window"),
                          to_unpool_options(stride, padding, output_size));
      },
      nb::arg("x"), nb::arg("indices"), nb::arg("window"), nb::arg("stride") = nb::none(),
      nb::arg("padding") = 0, nb::arg("output_size") = nb::none(),
      "The values at their indices and 0 elsewhere: undoes max_pool_with_indices.\n"
      ">>> values, indices = lm.max_pool_with_indices(lm.array([[[1.0, 3.0, 2.0, 0.0]]]), 2)\n"
      ">>> lm.max_unpool(values, indices, 2)\n"
      "[[[0, 3, 2, 0]]]");
  m.def(
      "lp_pool",
      [](Array x, Array norm, nb::handle window, nb::handle stride, bool ceil_mode) {
        LpPoolOptions options;
        if (!stride.is_none()) options.stride = to_per_axis(stride, "lp_pool: stride");
        options.ceil_mode = ceil_mode;
        return lp_pool(std::move(x), std::move(norm), to_per_axis(window, "lp_pool: window"),
                       options);
      },
      nb::arg("x"), nb::arg("norm"), nb::arg("window"), nb::arg("stride") = nb::none(),
      nb::arg("ceil_mode") = false,
      "(sum of x^norm over windows)^(1 / norm).\n"
      ">>> lm.lp_pool(lm.array([[[3.0, 4.0]]]), 2, 2)\n"
      "[[[5]]]");
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
  bind_transposed(m, "conv_transpose", &conv_transpose);
  bind_transposed(m, "conv_transpose1d", &conv_transpose1d);
  bind_transposed(m, "conv_transpose2d", &conv_transpose2d);
  bind_transposed(m, "conv_transpose3d", &conv_transpose3d);
  constexpr const char* kAverages = "Averages such that the result has these spatial sizes.";
  constexpr const char* kMaxima = "Maxima such that the result has these spatial sizes.";
  bind_adaptive(m, "adaptive_avg_pool", &adaptive_avg_pool, kAverages);
  bind_adaptive(m, "adaptive_avg_pool1d", &adaptive_avg_pool1d, kAverages);
  bind_adaptive(m, "adaptive_avg_pool2d", &adaptive_avg_pool2d, kAverages);
  bind_adaptive(m, "adaptive_avg_pool3d", &adaptive_avg_pool3d, kAverages);
  bind_adaptive(m, "adaptive_max_pool", &adaptive_max_pool, kMaxima);
  bind_adaptive(m, "adaptive_max_pool1d", &adaptive_max_pool1d, kMaxima);
  bind_adaptive(m, "adaptive_max_pool2d", &adaptive_max_pool2d, kMaxima);
  bind_adaptive(m, "adaptive_max_pool3d", &adaptive_max_pool3d, kMaxima);
  m.def("global_avg_pool", &global_avg_pool, nb::arg("x"),
        "The average of every plane.\n"
        ">>> lm.global_avg_pool(lm.reshape(lm.arange(4.0), (1, 1, 4)))\n"
        "[[[1.5]]]");
  m.def("global_max_pool", &global_max_pool, nb::arg("x"),
        "The maximum of every plane.\n"
        ">>> lm.global_max_pool(lm.reshape(lm.arange(4.0), (1, 1, 4)))\n"
        "[[[3]]]");
  bind_positions(m);
}

}  // namespace lamina::python
