// grid_sample(x, grid): x at points between its pixels, as one weighted_take. Indices and weights
// are ordinary functions of the grid, through which its gradient flows; a pixel outside of x gets
// the index -1 and counts for nothing. Coordinates follow PyTorch, rounding half to even.
#include <array>
#include <vector>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/grid_sample_rule.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/resize.h"
#include "lamina/ops/weighted_take.h"

namespace lamina {

namespace {

struct Point {  // of one axis
  int64_t size;
  Outside outside;
  bool align_corners;

  // -1 .. 1 in pixels.
  Array pixels(const Array& at) const {
    const auto n = static_cast<double>(size);
    if (align_corners) return (at + 1.0) * ((n - 1) / 2);
    return ((at + 1.0) * n - 1.0) * 0.5;
  }
  // Brought into the image as the padding says.
  Array inside(Array at) const {
    if (outside == Outside::Zeros) return at;
    if (outside == Outside::Reflection) at = reflected(std::move(at));
    return clip(std::move(at), 0.0, static_cast<double>(size - 1));
  }
  Array reflected(Array at) const {
    const double low = align_corners ? 0 : -0.5;
    const double span = align_corners ? static_cast<double>(size - 1) : static_cast<double>(size);
    if (span == 0) return at * 0.0;
    Array distance = absolute(std::move(at) - low);
    const Array flips = floor(distance / span);
    const Array rest = distance - flips * span;
    const Array even = remainder(flips, 2.0) == 0.0;
    return where(even, rest, span - rest) + low;
  }
};

// A pixel that takes part, for every point [N, P]: its number along the axes so far, whether there
// is such a pixel, and its weight, empty for 1.
struct Tap {
  Array place, inside, weight;
};

std::array<Array, 4> cubic_weights(const Array& t) {
  constexpr double a = -0.75;
  auto near = [&](const Array& d) { return ((a + 2) * d - (a + 3)) * d * d + 1.0; };
  auto far = [&](const Array& d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  return {far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)};
}

Tap tap_at(const Point& point, const Array& place, Array weight) {
  // False for NaN.
  Array inside = logical_and(place >= 0.0, place <= static_cast<double>(point.size - 1));
  return {astype(where(inside, place, 0.0), int64), inside, std::move(weight)};
}

// The pixels that take part along one axis.
std::vector<Tap> taps_of(const Point& point, Sampling sampling, const Array& at) {
  if (sampling == Sampling::Cubic) {
    const Array pixel = point.pixels(at), low = floor(pixel);
    std::vector<Tap> taps;
    int k = -1;
    for (const Array& weight : cubic_weights(pixel - low)) {
      taps.push_back(tap_at(point, round(point.inside(low + static_cast<double>(k++))), weight));
    }
    return taps;
  }
  const Array pixel = point.inside(point.pixels(at));
  if (sampling == Sampling::Nearest) return {tap_at(point, round(pixel), {})};
  const Array low = floor(pixel), share = pixel - low;
  return {tap_at(point, low, 1.0 - share), tap_at(point, low + 1.0, share)};
}

// Every pixel so far with every tap of the next axis.
std::vector<Tap> paired(const std::vector<Tap>& so_far, const std::vector<Tap>& next,
                        int64_t size) {
  std::vector<Tap> all;
  for (const Tap& a : so_far) {
    for (const Tap& b : next) {
      all.push_back({a.place * Array(size) + b.place, logical_and(a.inside, b.inside),
                     a.weight ? a.weight * b.weight : Array()});
    }
  }
  return all;
}

}  // namespace

struct GridSample {
  static constexpr auto name = "grid_sample";
  static constexpr const char* inputs[] = {"x", "grid"};
  using Attributes = GridSampleAttributes;
  static void infer(Inference& c) {
    const auto& a = c.attributes<Attributes>();
    const Shape &x = c.shape(0), &grid = c.shape(1);
    const int axes = x.rank() - 2;
    if ((axes != 2 && axes != 3) || grid.rank() != x.rank() || grid[axes + 1] != axes ||
        grid[0] != x[0]) {
      throw c.error<ShapeError>(
          "expected x [N, C, H, W] and grid [N, .., 2], or x [N, C, D, H, W] and grid [N, .., 3], "
          "got ",
          x, " and ", grid);
    }
    if (!is_floating(c.dtype(0)) || !is_floating(c.dtype(1))) {
      throw c.error<DTypeError>("expected floating-point numbers, got ", c.dtype(0), " and ",
                                c.dtype(1));
    }
    if (a.mode < 0 || a.mode > 2 || a.padding < 0 || a.padding > 2) {
      throw c.error<ValueError>("unknown mode ", a.mode, " or padding ", a.padding);
    }
    if (a.mode == 2 && axes != 2) {
      throw c.error<ShapeError>("bicubic sampling expects two spatial axes, got x ", x);
    }
    Shape y{x[0], x[1]};
    for (int i = 0; i < axes; ++i) {
      if (x[i + 2] == 0) throw c.error<ShapeError>("axis ", i + 2, " of x has no elements: ", x);
      y.push_back(grid[i + 1]);
    }
    c.output(c.dtype(0), std::move(y));
  }
  static Array decompose(Context& c) {
    const auto& a = c.attributes<Attributes>();
    const Array& x = c.input(0);
    const Shape shape = x.shape(), grid_shape = c.input(1).shape();
    const int axes = shape.rank() - 2;
    const auto sampling = static_cast<Sampling>(a.mode);
    Array grid = c.input(1);
    if (size_of(grid.dtype()) < 4) grid = astype(grid, float32);
    int64_t points = 1;
    Shape result{shape[0], shape[1]};
    for (int i = 0; i < axes; ++i) points *= grid_shape[i + 1], result.push_back(grid_shape[i + 1]);
    grid = reshape(std::move(grid), {shape[0], points, axes});

    std::vector<Tap> taps;
    for (int i = 0; i < axes; ++i) {
      const Array at =
          squeeze(slice(grid, {0, 0, axes - 1 - i}, {shape[0], points, axes - i}), {2});
      const Point point{shape[i + 2], static_cast<Outside>(a.padding), a.align_corners};
      std::vector<Tap> next = taps_of(point, sampling, at);
      taps = i == 0 ? std::move(next) : paired(taps, next, point.size);
    }
    std::vector<Array> places, weights;
    for (const Tap& tap : taps) {
      places.push_back(where(tap.inside, tap.place, int64_t{-1}));
      weights.push_back(tap.weight ? tap.weight : astype(tap.inside, x.dtype()));
    }
    int64_t pixels = 1;
    for (int i = 0; i < axes; ++i) pixels *= shape[i + 2];
    Array y = weighted_take(reshape(x, {shape[0], shape[1], pixels, 1}), stack(places, -1),
                            stack(weights, -1));
    return reshape(std::move(y), IntList(result.begin(), result.end()));
  }
  static void samples(Samples& s) {
    // Spread so that no point comes near an edge between pixels, where there is no derivative.
    SampleInput grid({2, 3, 2, 2}, float32, -1.5, 1.5), deep({1, 2, 2, 3, 3}, float32, -1.5, 1.5);
    SampleInput single({1, 2, 2, 2}, float32, -1.34, 1.34);
    grid.separated(), deep.separated(), single.separated();
    for (int64_t mode = 0; mode < 3; ++mode) {
      for (int64_t padding = 0; padding < 3; ++padding) {
        for (bool corners : {false, true}) {
          s.call({{2, 3, 4, 5}, grid}, Attributes{mode, padding, corners});
        }
      }
    }
    s.call({{1, 2, 3, 4, 2}, deep}, Attributes{});
    s.call({{1, 2, 1, 1}, single}, Attributes{0, 2, true});
    s.call({{0, 2, 3, 3}, SampleInput({0, 2, 2, 2}, float32)}, Attributes{});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3, 4}, {2, 3, 1}}, Attributes{}, "expected x [N, C, H, W]");
    s.call({{2, 3, 4, 5}, {2, 3, 2, 3}}, Attributes{}, "expected x [N, C, H, W]");
    s.call({{2, 3, 4, 5}, {1, 3, 2, 2}}, Attributes{}, "expected x [N, C, H, W]");
    s.call({{2, 3, 4, 5}, {2, 3, 2, 2}}, Attributes{4, 0, false}, "unknown mode 4");
    s.call({{2, 3, 0, 5}, {2, 3, 2, 2}}, Attributes{}, "has no elements");
    s.call({{1, 2, 3, 4, 2}, {1, 2, 2, 3, 3}}, Attributes{2, 0, false}, "bicubic sampling expects");
    s.call({SampleInput({2, 3, 4, 5}, int32), {2, 3, 2, 2}}, Attributes{}, "expected floating");
  }
  static constexpr auto doc =
      "x [N, C, H, W] at the points of grid [N, .., 2], from -1 to 1.\n"
      ">>> x = lm.array([[[[0, 1], [2, 3]]]], dtype=lm.float32)\n"
      ">>> lm.grid_sample(x, lm.array([[[[0.0, 0.0]]]]))\n[[[[1.5]]]]";
};
LAMINA_OP(GridSample)

Array grid_sample(Array x, Array grid, const GridSampleOptions& options) {
  auto number = [](const char* what, const std::string& value,
                   std::initializer_list<const char*> names) {
    int64_t i = 0;
    for (const char* name : names) {
      if (value == name) return i;
      ++i;
    }
    throw ValueError(text("grid_sample: ", what, " \"", value, "\": expected ", *names.begin(),
                          ", ", names.begin()[1], " or ", names.begin()[2]));
  };
  GridSample::Attributes a;
  a.mode = number("mode", options.mode, {"bilinear", "nearest", "bicubic"});
  a.padding = number("padding", options.padding, {"zeros", "border", "reflection"});
  a.align_corners = options.align_corners;
  return record(ops::op_GridSample(), make_attributes(a), std::move(x), std::move(grid));
}

}  // namespace lamina
