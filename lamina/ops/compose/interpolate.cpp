// interpolate: each axis on its own, because all of its kernels are products of kernels of one
// axis. Places and weights are worked out when the call is recorded and are data of the program,
// which therefore serves any factor.
#include <algorithm>
#include <cmath>

#include "lamina/base/error.h"
#include "lamina/ops/adaptive.h"
#include "lamina/ops/compose/along_axis.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/resize.h"

namespace lamina {

namespace {

enum class Kernel : uint8_t { Nearest, NearestExact, Linear, Cubic, Area };

struct Mode {
  const char* name;
  Kernel kernel;
  int axes;  // 0: any number
};
constexpr Mode kModes[] = {
    {"nearest", Kernel::Nearest, 0},  {"nearest-exact", Kernel::NearestExact, 0},
    {"linear", Kernel::Linear, 0},    {"bilinear", Kernel::Linear, 2},
    {"trilinear", Kernel::Linear, 3}, {"cubic", Kernel::Cubic, 0},
    {"bicubic", Kernel::Cubic, 2},    {"area", Kernel::Area, 0},
};

Kernel kernel_of(const std::string& mode, const Array& x) {
  std::string names;
  for (const Mode& m : kModes) {
    names += text(names.empty() ? "" : ", ", m.name);
    if (mode != m.name) continue;
    if (m.axes != 0 && m.axes != x.ndim() - 2) {
      throw ShapeError(text("interpolate: mode \"", mode, "\" expects ", m.axes,
                            " spatial axes, got ", describe(x)));
    }
    return m.kernel;
  }
  throw ValueError(text("interpolate: mode \"", mode, "\": expected one of ", names));
}

// One axis: how many points it has and gets, and how far apart new points lie in old ones.
struct AxisPlan {
  int64_t size = 0, result = 0;
  double step = 1;
  bool exact = true;  // the step is size / result
};

AxisPlan plan_axis(const Array& x, int i, const IntList& sizes, const InterpolateOptions& options) {
  AxisPlan plan;
  plan.size = x.shape(i + 2);
  if (plan.size == 0) {
    throw ShapeError(text("interpolate: axis ", i + 2, " of ", describe(x), " has no elements"));
  }
  if (!sizes.empty()) {
    plan.result = sizes[i];
  } else {
    const auto& factors = options.scale_factor;
    const double factor = factors[factors.size() == 1 ? 0 : i];
    const double size = std::floor(static_cast<double>(plan.size) * factor);
    if (!(factor > 0) || !(size >= 1) || size > 0x1p40) {
      throw ValueError(text("interpolate: scale_factor ", factor, " makes no size of ", plan.size));
    }
    plan.result = static_cast<int64_t>(size);
    plan.exact = static_cast<double>(plan.size) * factor == size;
    plan.step = 1 / factor;
  }
  if (plan.exact) {
    plan.step = static_cast<double>(plan.size) / static_cast<double>(plan.result);
  }
  if (options.align_corners) {
    plan.step = plan.result > 1
                    ? static_cast<double>(plan.size - 1) / static_cast<double>(plan.result - 1)
                    : 0;
  }
  return plan;
}

Array nearest(Array x, int axis, const AxisPlan& plan, bool centres) {
  check_positions("interpolate", plan.result);
  std::vector<int64_t> places;
  for (int64_t i = 0; i < plan.result; ++i) {
    // Whole numbers where the step is a ratio of them: no rounding decides which pixel is nearest.
    const int64_t doubled = centres ? 2 * i + 1 : 2 * i;
    const int64_t exact = (doubled / (2 * plan.result)) * plan.size +
                          doubled % (2 * plan.result) * plan.size / (2 * plan.result);
    const double place = std::floor((static_cast<double>(i) + (centres ? 0.5 : 0)) * plan.step);
    places.push_back(std::min(plan.exact ? exact : static_cast<int64_t>(place), plan.size - 1));
  }
  Array indices = from_data(places.data(), Shape{plan.result}, int64);
  return take(std::move(x), std::move(indices), axis);
}

double source_point(const AxisPlan& plan, int64_t i, bool align_corners) {
  const auto at = static_cast<double>(i);
  return align_corners ? at * plan.step : (at + 0.5) * plan.step - 0.5;
}

TapWeights linear_taps(const AxisPlan& plan, bool align_corners) {
  TapWeights taps(plan.result, 2);
  for (int64_t i = 0; i < plan.result; ++i) {
    const double at = std::max(source_point(plan, i, align_corners), 0.0);
    const int64_t low = std::min(static_cast<int64_t>(at), plan.size - 1);
    const double share = std::clamp(at - static_cast<double>(low), 0.0, 1.0);
    taps.add(i, low, 1 - share);
    taps.add(i, std::min(low + 1, plan.size - 1), share);
  }
  return taps;
}

// Keys, "Cubic convolution interpolation for digital image processing" (1981).
double cubic_weight(double distance, double a) {
  const double d = std::abs(distance);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return 0;
}

TapWeights cubic_taps(const AxisPlan& plan, bool align_corners) {
  TapWeights taps(plan.result, 4);
  for (int64_t i = 0; i < plan.result; ++i) {
    const double at = source_point(plan, i, align_corners), low = std::floor(at);
    for (int k = -1; k <= 2; ++k) {
      const int64_t place = static_cast<int64_t>(low) + k;
      taps.add(i, std::clamp<int64_t>(place, 0, plan.size - 1), cubic_weight(low + k - at, -0.75));
    }
  }
  return taps;
}

// As Pillow does it: the kernel is stretched by the step, and its weights inside the image add up
// to 1. Its cubic has a = -0.5.
TapWeights antialias_taps(const AxisPlan& plan, bool cubic) {
  const double stretch = std::max(plan.step, 1.0), support = (cubic ? 2 : 1) * stretch;
  TapWeights taps(plan.result, std::min(static_cast<int64_t>(2 * support) + 3, plan.size));
  for (int64_t i = 0; i < plan.result; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * plan.step;
    const auto first = std::max<int64_t>(static_cast<int64_t>(centre - support + 0.5), 0);
    const auto end = std::min<int64_t>(static_cast<int64_t>(centre + support + 0.5), plan.size);
    std::vector<double> weights;
    double total = 0;
    for (int64_t place = first; place < end; ++place) {
      const double d = (static_cast<double>(place) + 0.5 - centre) / stretch;
      weights.push_back(cubic ? cubic_weight(d, -0.5) : std::max(1 - std::abs(d), 0.0));
      total += weights.back();
    }
    for (int64_t place = first; place < end; ++place) {
      taps.add(i, place, weights[place - first] / total);
    }
  }
  return taps;
}

Array resample(Array x, int axis, const AxisPlan& plan, Kernel kernel,
               const InterpolateOptions& options) {
  if (kernel == Kernel::Nearest || kernel == Kernel::NearestExact) {
    return nearest(std::move(x), axis, plan, kernel == Kernel::NearestExact);
  }
  const bool cubic = kernel == Kernel::Cubic;
  if (options.antialias) return take_weighted(std::move(x), axis, antialias_taps(plan, cubic));
  return take_weighted(
      std::move(x), axis,
      cubic ? cubic_taps(plan, options.align_corners) : linear_taps(plan, options.align_corners));
}

void check_options(const Array& x, Kernel kernel, const InterpolateOptions& options) {
  const bool smooth = kernel == Kernel::Linear || kernel == Kernel::Cubic;
  if (options.size.given() == !options.scale_factor.empty()) {
    throw ValueError("interpolate: give size or scale_factor, one of them");
  }
  const size_t factors = options.scale_factor.size(), axes = static_cast<size_t>(x.ndim()) - 2;
  if (factors > 1 && factors != axes) {
    throw ValueError(text("interpolate: scale_factor: expected one number, or one for each of the ",
                          axes, " spatial axes, got ", factors));
  }
  if ((options.align_corners || options.antialias) && !smooth) {
    throw ValueError(
        text("interpolate: align_corners and antialias belong to the modes linear and "
             "cubic, got \"",
             options.mode, "\""));
  }
  if (options.align_corners && options.antialias) {
    throw ValueError("interpolate: antialias is defined for align_corners = false");
  }
  if (kernel != Kernel::Nearest && kernel != Kernel::NearestExact && !is_floating(x.dtype())) {
    throw DTypeError(text("interpolate: mode \"", options.mode,
                          "\" expects floating-point numbers, got ", describe(x)))
        .help("astype(x, float32)");
  }
}

}  // namespace

Array interpolate(Array x, const InterpolateOptions& options) {
  if (!x) throw StateError("interpolate: x is an empty Array");
  if (x.ndim() < 3) {
    throw ShapeError(text("interpolate: expected x [N, C, spatial..], got ", describe(x)));
  }
  const Kernel kernel = kernel_of(options.mode, x);
  check_options(x, kernel, options);
  const int axes = x.ndim() - 2;
  IntList sizes;
  if (options.size.given()) sizes = options.size.for_axes(axes, 1, "interpolate: size");
  std::vector<AxisPlan> plans;
  std::vector<int> order;
  for (int i = 0; i < axes; ++i) {
    plans.push_back(plan_axis(x, i, sizes, options));
    order.push_back(i);
  }
  if (kernel == Kernel::Area) {
    IntList results;
    for (const AxisPlan& plan : plans) results.push_back(plan.result);
    return adaptive_avg_pool(std::move(x), results);
  }
  // Axes that shrink go first: less is left for the others.
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return plans[a].step > plans[b].step; });
  for (int i : order) {
    if (plans[i].exact && plans[i].size == plans[i].result) continue;
    x = resample(std::move(x), i + 2, plans[i], kernel, options);
  }
  return x;
}

}  // namespace lamina
