// window_argmax: planes and rows of windows go to the threads. The bounds of windows are clipped to
// the image once for all planes where they are the same for all.
#include <algorithm>
#include <array>
#include <atomic>
#include <type_traits>
#include <vector>

#include "lamina/base/parallel_for.h"
#include "lamina/core/dtype.h"
#include "lamina/op/backend.h"
#include "lamina/ops/adaptive.h"

namespace lamina::backend {

namespace {

constexpr int64_t kWindowsPerThread = 1024;

// The points of one axis in a window: first .. last in steps of the dilation.
struct Range {
  int64_t first, last;
};

// One to three spatial axes, of which the missing leading ones have size 1.
struct Windows {
  int axes;
  int64_t planes;
  int64_t size[3] = {1, 1, 1}, count[3] = {1, 1, 1}, dilation[3] = {1, 1, 1};
  bool each[3] = {false, false, false};  // whether every plane has its own bounds

  int64_t points() const { return size[0] * size[1] * size[2]; }
  int64_t positions() const { return count[0] * count[1] * count[2]; }
};

template <class T>
class WindowArgmax final : public Kernel {
 public:
  explicit WindowArgmax(const Windows& windows) : w_(windows) {}

  void run(std::byte* const* operands, RunContext& context) const override {
    const T* x = reinterpret_cast<const T*>(operands[0]);
    auto* y = reinterpret_cast<int64_t*>(operands[1 + 2 * w_.axes]);
    if (w_.planes * w_.positions() == 0) return;
    const bool each = w_.each[0] || w_.each[1] || w_.each[2];
    const Ranges ranges = clip(operands, each ? w_.planes : 1);
    const int64_t rows = w_.count[0] * w_.count[1];
    const int64_t grain = std::max<int64_t>(1, kWindowsPerThread / w_.count[2]);
    parallel_for(0, w_.planes * rows, grain, [&](int64_t first, int64_t last) {
      for (int64_t row = first; row < last; ++row) {
        const int64_t plane = row / rows, held = each ? plane : 0;
        const int64_t p0 = row % rows / w_.count[1], p1 = row % w_.count[1];
        const Range r0 = ranges[0][static_cast<size_t>(held * w_.count[0] + p0)];
        const Range r1 = ranges[1][static_cast<size_t>(held * w_.count[1] + p1)];
        const Range* r2 = ranges[2].data() + held * w_.count[2];
        for (int64_t p2 = 0; p2 < w_.count[2]; ++p2) {
          y[row * w_.count[2] + p2] = search(x + plane * w_.points(), r0, r1, r2[p2]);
        }
      }
    });
    report(operands, ranges, each ? w_.planes : 1, context);
  }

 private:
  using Ranges = std::array<std::vector<Range>, 3>;
  using Key = std::conditional_t<!std::is_integral_v<T> && sizeof(T) == 2, float, T>;

  int64_t element(int axis, int64_t plane, int64_t position) const {
    return w_.each[axis] ? plane * w_.count[axis] + position : position;
  }
  const int64_t* bounds(std::byte* const* operands, int axis, bool stop) const {
    const int input = 1 + 2 * (axis - 3 + w_.axes) + (stop ? 1 : 0);
    return reinterpret_cast<const int64_t*>(operands[input]);
  }

  Ranges clip(std::byte* const* operands, int64_t planes) const {
    Ranges ranges;
    for (int axis = 0; axis < 3; ++axis) {
      auto& of_axis = ranges[static_cast<size_t>(axis)];
      of_axis.assign(static_cast<size_t>(planes * w_.count[axis]), Range{0, 1});
      if (axis < 3 - w_.axes) continue;
      const int64_t *start = bounds(operands, axis, false), *stop = bounds(operands, axis, true);
      for (int64_t i = 0; i < planes * w_.count[axis]; ++i) {
        const int64_t at = element(axis, i / w_.count[axis], i % w_.count[axis]);
        Range range{start[at], std::min(stop[at], w_.size[axis])};
        if (range.first < 0) {  // the first point of the window that lies in x
          const auto step = static_cast<uint64_t>(w_.dilation[axis]);
          const uint64_t before = 0 - static_cast<uint64_t>(range.first);
          range.first = static_cast<int64_t>((step - before % step) % step);
        }
        of_axis[static_cast<size_t>(i)] = range;
      }
    }
    return ranges;
  }

  void report(std::byte* const* operands, const Ranges& ranges, int64_t planes,
              RunContext& context) const {
    for (int axis = 2; axis >= 3 - w_.axes; --axis) {
      const auto& of_axis = ranges[static_cast<size_t>(axis)];
      for (int64_t i = 0; i < planes * w_.count[axis]; ++i) {
        const Range range = of_axis[static_cast<size_t>(i)];
        if (range.first < range.last) continue;
        const int64_t at = element(axis, i / w_.count[axis], i % w_.count[axis]);
        return context.report(bounds(operands, axis, false)[at], w_.size[axis]);
      }
    }
  }

  // The first of equal maxima, or the first NaN; 0 for a window without a point.
  int64_t search(const T* x, Range r0, Range r1, Range r2) const {
    if (r0.first >= r0.last || r1.first >= r1.last || r2.first >= r2.last) return 0;
    int64_t place = (r0.first * w_.size[1] + r1.first) * w_.size[2] + r2.first;
    Key best = static_cast<Key>(x[place]);
    for (int64_t i = r0.first; i < r0.last; i += w_.dilation[0]) {
      for (int64_t j = r1.first; j < r1.last; j += w_.dilation[1]) {
        const int64_t row = (i * w_.size[1] + j) * w_.size[2];
        for (int64_t k = r2.first; k < r2.last; k += w_.dilation[2]) {
          const Key value = static_cast<Key>(x[row + k]);
          const bool better = (value > best) | ((value != value) & (best == best));
          best = better ? value : best;
          place = better ? row + k : place;
        }
      }
    }
    return place;
  }

  Windows w_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  const Shape &x = request.inputs[0].shape, &y = request.outputs[0].shape;
  const int axes = x.rank() - 2;
  if (axes > 3) {
    request.refusal = "more than three spatial axes";
    return nullptr;
  }
  for (Operand& input : request.inputs) input.strides = row_major_strides(input.shape);
  const IntList& dilation =
      static_cast<const WindowArgmaxAttributes*>(request.attributes)->dilation;
  Windows windows{axes, x[0] * x[1]};
  for (int i = 0; i < axes; ++i) {
    const int to = 3 - axes + i;
    windows.size[to] = x[i + 2], windows.count[to] = y[i + 2];
    windows.dilation[to] = dilation[static_cast<size_t>(i)];
    windows.each[to] = request.inputs[static_cast<size_t>(1 + 2 * i)].shape.rank() == 3;
  }
  return dispatch(request.inputs[0].dtype, [&](auto zero) -> std::unique_ptr<Kernel> {
    return std::make_unique<WindowArgmax<decltype(zero)>>(windows);
  });
}

}  // namespace

LAMINA_KERNEL(window_argmax)
= {"window_argmax", "cpu.window_argmax", 10, rule};

}  // namespace lamina::backend
