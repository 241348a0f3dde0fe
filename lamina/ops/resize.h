// Images of other sizes: resizing, sampling at points, padding modes, and channels traded for
// pixels.
#pragma once

#include <string>
#include <vector>

#include "lamina/core/array.h"
#include "lamina/ops/window.h"

namespace lamina {

// x [N, C, spatial..] brought to `size`, or to scale_factor times its size (rounded down).
//   mode           "nearest", "nearest-exact", "linear" (also "bilinear", "trilinear"), "cubic"
//                  (also "bicubic": Keys 1981 with a = -0.75), "area" (averages)
//   align_corners  whether the centres of the corner pixels (true) or their outer edges (false)
//                  fall together
//   antialias      linear and cubic: the kernel grows with the step when shrinking (as in Pillow)
struct InterpolateOptions {
  PerAxis size = {};
  std::vector<double> scale_factor = {};
  std::string mode = "nearest";
  bool align_corners = false;
  bool antialias = false;
};
Array interpolate(Array x, const InterpolateOptions& options);

// x [N, C, H, W] (or [N, C, D, H, W]) at the points of grid [N, .., 2] (or 3): (x, y(, z)), where
// -1 and 1 are the edges of the image, or with align_corners the centres of its corner pixels.
//   mode     "bilinear", "nearest", "bicubic" (images of two axes)
//   padding  what stands outside: "zeros", "border" (the nearest edge), "reflection"
struct GridSampleOptions {
  std::string mode = "bilinear";
  std::string padding = "zeros";
  bool align_corners = false;
};
Array grid_sample(Array x, Array grid, const GridSampleOptions& options = {});

// The grid [N, H, W, 2] (or [N, D, H, W, 3]) of points that theta [N, 2, 3] (or [N, 3, 4]) maps the
// pixels of an image [N, C, H, W] (or [N, C, D, H, W]) to.
Array affine_grid(Array theta, IntList size, bool align_corners = false);

// [N, C r^n, spatial..] <-> [N, C, r spatial..] (Shi et al. 2016), for n spatial axes.
Array pixel_shuffle(Array x, int64_t factor);
Array pixel_unshuffle(Array x, int64_t factor);
// Channels as [groups, C / groups] in the other order (Zhang et al. 2018).
Array channel_shuffle(Array x, int64_t groups);

// Elements before and after each axis (lists as in pad) by rule:
//   "reflect"    mirrored at the edge elements, which are not repeated: c b | a b c | b a
//   "symmetric"  mirrored with the edge elements repeated:             b a | a b c | c b
//   "replicate"  the edge elements (also "edge"):                      a a | a b c | c c
//   "circular"   from the other side (also "wrap"):                    b c | a b c | a b
//   "constant"   `value`
struct PadOptions {
  std::string mode = "constant";
  Array value = 0.0;
};
Array pad(Array x, IntList low, IntList high, const PadOptions& options);

}  // namespace lamina
