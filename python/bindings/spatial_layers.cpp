// Modules over windows and images: lamina.nn.MaxPool1d, ConvTranspose2d, Upsample, ..
#include "bindings.h"
#include "lamina/nn/convolution.h"
#include "lamina/nn/pooling.h"
#include "lamina/nn/spatial.h"
#include "layer.h"
#include "windows.h"

namespace lamina::python {
namespace {

// What is documented, with an example: the shape of the result for x [1, 2, 8, ..].
std::string with_example(const char* doc, const char* name, const char* arguments, int channels,
                         int size) {
  return text(doc, "\n>>> lm.nn.", name, "(", arguments, ")(lm.ones(", sizes(name, 2, 8),
              ")).shape\n", sizes(name, channels, size));
}

template <class Pool>
void bind_pool(nb::module_& m, const char* name, const char* doc) {
  layer<Pool>(m, name, with_example(doc, name, "2", 2, 4).c_str())
      .def(
          "__init__",
          [](Pool* self, nb::handle kernel_size, nb::handle stride, nb::handle padding,
             bool count_padding, nb::handle dilation, bool ceil_mode, int64_t divisor) {
            new (self)
                Pool(to_per_axis(kernel_size, "pool: kernel_size"),
                     to_pool_options(stride, padding, count_padding, dilation, ceil_mode, divisor));
          },
          nb::arg("kernel_size"), nb::arg("stride") = nb::none(), nb::arg("padding") = 0,
          nb::arg("count_padding") = true, nb::arg("dilation") = 1, nb::arg("ceil_mode") = false,
          nb::arg("divisor") = 0);
}

template <class Pool>
void bind_lp_pool(nb::module_& m, const char* name) {
  layer<Pool>(
      m, name,
      with_example("(sum of x^norm over the window)^(1 / norm).", name, "2, 2", 2, 4).c_str())
      .def(
          "__init__",
          [](Pool* self, double norm_type, nb::handle kernel_size, nb::handle stride,
             bool ceil_mode) {
            LpPoolOptions options;
            if (!stride.is_none()) options.stride = to_per_axis(stride, "lp_pool: stride");
            options.ceil_mode = ceil_mode;
            new (self) Pool(norm_type, to_per_axis(kernel_size, "lp_pool: kernel_size"), options);
          },
          nb::arg("norm_type"), nb::arg("kernel_size"), nb::arg("stride") = nb::none(),
          nb::arg("ceil_mode") = false);
}

template <class Pool>
void bind_adaptive(nb::module_& m, const char* name, const char* doc) {
  layer<Pool>(m, name, with_example(doc, name, "3", 2, 3).c_str())
      .def(
          "__init__",
          [](Pool* self, nb::handle size) {
            new (self) Pool(to_per_axis(size, "adaptive pool: output_size"));
          },
          nb::arg("output_size"));
}

template <class Convolution>
void bind_transposed(nb::module_& m, const char* name, const char* doc) {
  layer<Convolution>(m, name, with_example(doc, name, "2, 3, 3", 3, 10).c_str())
      .def(
          "__init__",
          [](Convolution* self, int64_t in_channels, int64_t out_channels, nb::handle kernel_size,
             nb::handle stride, nb::handle padding, nb::handle output_padding, int64_t groups,
             bool bias, nb::handle dilation, nb::handle dtype) {
            new (self) Convolution(
                in_channels, out_channels, to_per_axis(kernel_size, "conv: kernel_size"),
                {to_per_axis(stride, "conv: stride"), to_padding(padding, "conv: padding"),
                 to_per_axis(output_padding, "conv: output_padding"), groups, bias,
                 to_per_axis(dilation, "conv: dilation"), to_dtype(dtype, float32)});
          },
          nb::arg("in_channels"), nb::arg("out_channels"), nb::arg("kernel_size"),
          nb::arg("stride") = 1, nb::arg("padding") = 0, nb::arg("output_padding") = 0,
          nb::arg("groups") = 1, nb::arg("bias") = true, nb::arg("dilation") = 1,
          nb::arg("dtype") = nb::none())
      .def_ro("in_channels", &Convolution::in_channels)
      .def_ro("out_channels", &Convolution::out_channels);
}

template <class Pool>
void bind_fractional(nb::module_& m, const char* name) {
  layer<Pool>(
      m, name,
      with_example("Maxima over windows at random places.", name, "2, output_size=3", 2, 3).c_str())
      .def(
          "__init__",
          [](Pool* self, nb::handle kernel_size, nb::handle output_size, nb::handle output_ratio) {
            new (self) Pool(to_per_axis(kernel_size, "pool: kernel_size"),
                            to_fractional_options(output_size, output_ratio));
          },
          nb::arg("kernel_size"), nb::arg("output_size") = nb::none(),
          nb::arg("output_ratio") = nb::none());
}

template <class Unpool>
void bind_unpool(nb::module_& m, const char* name) {
  const std::string shape = sizes(name, 1, 4);
  const std::string doc = text(
      "Values at the places that max_pool_with_indices gave.\n>>> x, at = "
      "lm.max_pool_with_indices(lm.ones(",
      shape, "), 2)\n>>> lm.nn.", name, "(2)(x, at).shape\n", shape);
  nb::class_<Unpool, nn::Module>(m, name, nb::is_final(), doc.c_str())
      .def(
          "__init__",
          [](Unpool* self, nb::handle kernel_size, nb::handle stride, nb::handle padding) {
            new (self) Unpool(to_per_axis(kernel_size, "max_unpool: kernel_size"),
                              to_unpool_options(stride, padding, nb::none()));
          },
          nb::arg("kernel_size"), nb::arg("stride") = nb::none(), nb::arg("padding") = 0)
      .def(
          "forward",
          [](Unpool& self, Array x, Array indices) {
            return self.forward(std::move(x), std::move(indices));
          },
          nb::arg("x"), nb::arg("indices"));
}

template <class Layer>
void bind_factor(nb::module_& m, const char* name, const char* argument, const char* doc) {
  layer<Layer>(m, name, doc).def(nb::init<int64_t>(), nb::arg(argument));
}

void bind_folds(nb::module_& m) {
  layer<nn::Unfold>(m, "Unfold",
                    "Every window as a column.\n"
                    ">>> lm.nn.Unfold((2, 2))(lm.ones((1, 3, 4, 4))).shape\n"
                    "(1, 12, 9)")
      .def(
          "__init__",
          [](nn::Unfold* self, nb::handle kernel_size, nb::handle dilation, nb::handle padding,
             nb::handle stride) {
            new (self) nn::Unfold(to_per_axis(kernel_size, "Unfold: kernel_size"),
                                  to_fold_options(dilation, padding, stride));
          },
          nb::arg("kernel_size"), nb::arg("dilation") = 1, nb::arg("padding") = 0,
          nb::arg("stride") = 1);
  layer<nn::Fold>(m, "Fold",
                  "Columns added up into images.\n"
                  ">>> lm.nn.Fold((4, 4), (2, 2))(lm.ones((1, 12, 9))).shape\n"
                  "(1, 3, 4, 4)")
      .def(
          "__init__",
          [](nn::Fold* self, nb::handle output_size, nb::handle kernel_size, nb::handle dilation,
             nb::handle padding, nb::handle stride) {
            new (self) nn::Fold(to_per_axis(output_size, "Fold: output_size"),
                                to_per_axis(kernel_size, "Fold: kernel_size"),
                                to_fold_options(dilation, padding, stride));
          },
          nb::arg("output_size"), nb::arg("kernel_size"), nb::arg("dilation") = 1,
          nb::arg("padding") = 0, nb::arg("stride") = 1);
}

template <class Layer>
void bind_pad(nb::module_& m, const char* name) {
  layer<Layer>(
      m, name,
      with_example("Padding of the spatial axes: one number, or low and high per axis, last axis "
                   "first.",
                   name, "1", 2, 10)
          .c_str())
      .def(
          "__init__",
          [](Layer* self, nb::handle padding, double value) {
            new (self) Layer(to_int_list(padding, "pad: padding"), value);
          },
          nb::arg("padding"), nb::arg("value") = 0.0);
}

void bind_upsample(nb::module_& m) {
  layer<nn::Upsample>(m, "Upsample",
                      "Images of another size: see lm.interpolate.\n"
                      ">>> lm.nn.Upsample(scale_factor=2)(lm.ones((1, 2, 4, 4))).shape\n"
                      "(1, 2, 8, 8)")
      .def(
          "__init__",
          [](nn::Upsample* self, nb::handle size, nb::handle scale_factor, std::string mode,
             bool align_corners) {
            InterpolateOptions options = to_interpolate_options(size, scale_factor);
            options.mode = std::move(mode);
            options.align_corners = align_corners;
            new (self) nn::Upsample(std::move(options));
          },
          nb::arg("size") = nb::none(), nb::arg("scale_factor") = nb::none(),
          nb::arg("mode") = "nearest", nb::arg("align_corners") = false);
}

}  // namespace

#define LAMINA_EACH_AXES(bind, type, ...)                       \
  bind<nn::type##1d>(m, #type "1d" __VA_OPT__(, ) __VA_ARGS__); \
  bind<nn::type##2d>(m, #type "2d" __VA_OPT__(, ) __VA_ARGS__); \
  bind<nn::type##3d>(m, #type "3d" __VA_OPT__(, ) __VA_ARGS__);

void bind_spatial_layers(nb::module_& m) {
  LAMINA_EACH_AXES(bind_pool, MaxPool, "The maximum over windows of x [N, C, spatial..].")
  LAMINA_EACH_AXES(bind_pool, AvgPool, "The average over windows of x [N, C, spatial..].")
  LAMINA_EACH_AXES(bind_lp_pool, LPPool)
  LAMINA_EACH_AXES(bind_adaptive, AdaptiveAvgPool, "Averages that give [N, C, *output_size].")
  LAMINA_EACH_AXES(bind_adaptive, AdaptiveMaxPool, "Maxima that give [N, C, *output_size].")
  LAMINA_EACH_AXES(bind_transposed, ConvTranspose, "The transpose of a convolution.")
  LAMINA_EACH_AXES(bind_pad, ZeroPad)
  LAMINA_EACH_AXES(bind_pad, ConstantPad)
  LAMINA_EACH_AXES(bind_pad, ReflectionPad)
  LAMINA_EACH_AXES(bind_pad, ReplicationPad)
  LAMINA_EACH_AXES(bind_pad, CircularPad)
  LAMINA_EACH_AXES(bind_unpool, MaxUnpool)
  bind_fractional<nn::FractionalMaxPool2d>(m, "FractionalMaxPool2d");
  bind_fractional<nn::FractionalMaxPool3d>(m, "FractionalMaxPool3d");
  bind_upsample(m);
  bind_factor<nn::PixelShuffle>(m, "PixelShuffle", "factor",
                                "Channels become pixels.\n"
                                ">>> lm.nn.PixelShuffle(2)(lm.ones((1, 4, 2, 2))).shape\n"
                                "(1, 1, 4, 4)");
  bind_factor<nn::PixelUnshuffle>(m, "PixelUnshuffle", "factor",
                                  "Pixels become channels.\n"
                                  ">>> lm.nn.PixelUnshuffle(2)(lm.ones((1, 1, 4, 4))).shape\n"
                                  "(1, 4, 2, 2)");
  bind_factor<nn::ChannelShuffle>(m, "ChannelShuffle", "groups",
                                  "Channels of groups, mixed.\n"
                                  ">>> lm.nn.ChannelShuffle(2)(lm.ones((1, 4, 2))).shape\n"
                                  "(1, 4, 2)");
  bind_folds(m);
}
#undef LAMINA_EACH_AXES

}  // namespace lamina::python
