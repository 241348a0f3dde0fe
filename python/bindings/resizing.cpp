// Images of other sizes.
#include "lamina/ops/resize.h"

#include "bindings.h"
#include "lamina/op/op.h"
#include "lamina/ops/fold.h"
#include "windows.h"

namespace lamina::python {

InterpolateOptions to_interpolate_options(nb::handle size, nb::handle scale_factor) {
  InterpolateOptions options;
  if (!size.is_none()) options.size = to_per_axis(size, "interpolate: size");
  if (scale_factor.is_none()) return options;
  options.scale_factor = to_numbers(scale_factor, "interpolate: scale_factor");
  return options;
}

namespace {

void bind_sampling(nb::module_& m) {
  m.def(
      "interpolate",
      [](Array x, nb::handle size, nb::handle scale_factor, std::string mode, bool align_corners,
         bool antialias) {
        InterpolateOptions options = to_interpolate_options(size, scale_factor);
        options.mode = std::move(mode);
        options.align_corners = align_corners;
        options.antialias = antialias;
        return interpolate(std::move(x), options);
      },
      nb::arg("x"), nb::arg("size") = nb::none(), nb::arg("scale_factor") = nb::none(),
      nb::arg("mode") = "nearest", nb::arg("align_corners") = false, nb::arg("antialias") = false,
      "x [N, C, ..] brought to a size, or to scale_factor times its own; mode \"nearest\", "
      "\"nearest-exact\", \"linear\", \"bilinear\", \"trilinear\", \"cubic\", \"bicubic\" or "
      "\"area\".\n>>> x = lm.array([[[1.0, 3.0]]])\n"
      ">>> lm.interpolate(x, size=3, mode=\"linear\", align_corners=True)\n[[[1, 2, 3]]]");
  m.def(
      "grid_sample",
      [](Array x, Array grid, std::string mode, std::string padding, bool align_corners) {
        return grid_sample(std::move(x), std::move(grid),
                           {std::move(mode), std::move(padding), align_corners});
      },
      nb::arg("x"), nb::arg("grid"), nb::arg("mode") = "bilinear", nb::arg("padding") = "zeros",
      nb::arg("align_corners") = false, op::find("grid_sample")->doc);
  m.def(
      "affine_grid",
      [](Array theta, nb::handle size, bool align_corners) {
        return affine_grid(std::move(theta), to_int_list(size, "affine_grid: size"), align_corners);
      },
      nb::arg("theta"), nb::arg("size"), nb::arg("align_corners") = false,
      "The points that theta [N, 2, 3] maps the pixels of an image [N, C, H, W] to: a grid for "
      "grid_sample.\n"
      ">>> lm.affine_grid(lm.array([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]), (1, 3, 4, 5)).shape\n"
      "(1, 4, 5, 2)");
}

}  // namespace

void bind_resizing(nb::module_& m) {
  bind_sampling(m);
  m.def(
      "unfold",
      [](Array x, nb::handle window, nb::handle dilation, nb::handle padding, nb::handle stride) {
        return unfold(std::move(x), to_per_axis(window, "unfold: window"),
                      to_fold_options(dilation, padding, stride));
      },
      nb::arg("x"), nb::arg("window"), nb::arg("dilation") = 1, nb::arg("padding") = 0,
      nb::arg("stride") = 1, op::find("unfold")->doc);
  m.def(
      "fold",
      [](Array x, nb::handle output_size, nb::handle window, nb::handle dilation,
         nb::handle padding, nb::handle stride) {
        return fold(std::move(x), to_per_axis(output_size, "fold: output_size"),
                    to_per_axis(window, "fold: window"),
                    to_fold_options(dilation, padding, stride));
      },
      nb::arg("x"), nb::arg("output_size"), nb::arg("window"), nb::arg("dilation") = 1,
      nb::arg("padding") = 0, nb::arg("stride") = 1, op::find("fold")->doc);
  m.def("pixel_shuffle", &pixel_shuffle, nb::arg("x"), nb::arg("factor"),
        "[N, C r^n, spatial..] -> [N, C, r spatial..]: channels become pixels.\n"
        ">>> lm.pixel_shuffle(lm.zeros((1, 4, 2, 2)), 2).shape\n"
        "(1, 1, 4, 4)");
  m.def("pixel_unshuffle", &pixel_unshuffle, nb::arg("x"), nb::arg("factor"),
        "[N, C, r spatial..] -> [N, C r^n, spatial..]: pixels become channels.\n"
        ">>> lm.pixel_unshuffle(lm.zeros((1, 1, 4, 4)), 2).shape\n"
        "(1, 4, 2, 2)");
  m.def("channel_shuffle", &channel_shuffle, nb::arg("x"), nb::arg("groups"),
        "The channels of all groups, one of each group after the other.\n"
        ">>> lm.channel_shuffle(lm.reshape(lm.arange(4), (1, 4, 1)), 2).flatten()\n"
        "[0, 2, 1, 3]");
}

}  // namespace lamina::python
