// window_argmax(x, start, stop, ..): where the maximum of each window stands, as a row-major number
// within the spatial axes of x [N, C, spatial..]. Windows are given by data: for every spatial axis
// the first point and the one behind the last, [P] for all planes or [N, C, P]. What lies outside
// of x is left out; a window without a point is reported. The first of equal maxima counts, or the
// first NaN. Max pooling with dilation, adaptive and fractional max pooling are taking values at
// these positions.
#include "lamina/base/error.h"
#include "lamina/op/reference_values.h"
#include "lamina/op/samples.h"
#include "lamina/ops/adaptive.h"
#include "lamina/ops/window.h"

namespace lamina {

struct WindowArgmax {
  static constexpr auto name = "window_argmax";
  static constexpr const char* inputs[] = {"x", "bounds..."};
  static constexpr bool checks_values = true;
  using Attributes = WindowArgmaxAttributes;
  static void infer(Inference& c) {
    const Shape& x = c.shape(0);
    const int axes = x.rank() - 2;
    if (axes < 1) throw c.error<ShapeError>("expected x [N, C, spatial..], got ", x);
    if (c.input_count() != 1 + 2 * axes) {
      throw c.error<ValueError>("expected a start and a stop for each of ", axes,
                                " spatial axes, got ", c.input_count() - 1, " arrays");
    }
    const auto& dilation = c.attributes<Attributes>().dilation;
    if (static_cast<int>(dilation.size()) != axes) {
      throw c.error<ValueError>("dilation ", dilation, ": expected ", axes, " numbers");
    }
    Shape y{x[0], x[1]};
    for (int i = 0; i < axes; ++i) {
      if (dilation[i] < 1 || dilation[i] > kMaxWindow) {
        throw c.error<ValueError>("dilation ", dilation, ": expected 1 or more");
      }
      const Shape &start = c.shape(1 + 2 * i), &stop = c.shape(2 + 2 * i);
      if (c.dtype(1 + 2 * i) != int64 || c.dtype(2 + 2 * i) != int64) {
        throw c.error<DTypeError>("expected starts and stops of int64, got ", c.dtype(1 + 2 * i),
                                  " and ", c.dtype(2 + 2 * i));
      }
      const bool each = start.rank() == 3 && start[0] == x[0] && start[1] == x[1];
      if (!(start == stop) || (start.rank() != 1 && !each)) {
        throw c.error<ShapeError>("expected starts and stops [P] or [", x[0], ", ", x[1],
                                  ", P], got ", start, " and ", stop);
      }
      y.push_back(start[start.rank() - 1]);
    }
    c.output(int64, std::move(y));
  }
  static constexpr auto no_gradient = "a position is an integer";
  static void reference(Reference& r) {
    Reference::with_type(r.input(0).dtype(), [&](auto zero) { search<decltype(zero)>(r); });
  }
  static void samples(Samples& s) {
    const SampleInput start({3}, int64, -1, 1), stop({3}, int64, 2, 5);
    s.call({SampleInput{2, 3, 6}.separated(), start, stop}, Attributes{{1}});
    s.call({SampleInput{2, 3, 6}.separated(), start, stop}, Attributes{{2}});
    s.call({SampleInput{1, 2, 4, 5}.separated(), start, stop, SampleInput({1, 2, 4}, int64, 0, 2),
            SampleInput({1, 2, 4}, int64, 3, 4)},
           Attributes{{1, 1}});
    s.call({SampleInput({1, 2, 6}, int32), start, stop}, Attributes{{1}});
    s.call({{0, 3, 6}, start, stop}, Attributes{{1}});
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput start({3}, int64, 0, 1), stop({3}, int64, 2, 5);
    s.call({{2, 3}, start, stop}, Attributes{}, "expected x [N, C, spatial..]");
    s.call({{2, 3, 4}, start}, Attributes{{1}}, "expected a start and a stop");
    s.call({{2, 3, 4}, start, stop}, Attributes{{0}}, "dilation [0]: expected 1 or more");
    s.call({{2, 3, 4}, start, SampleInput({2}, int64, 2, 3)}, Attributes{{1}},
           "expected starts and stops [P]");
    s.call({{2, 3, 4}, start, {3}}, Attributes{{1}}, "expected starts and stops of int64");
    s.call({{2, 3, 4}, start, stop}, Attributes{{1, 1}}, "expected 1 numbers");
  }
  static constexpr auto doc = "Where the maximum of each window stands.";

 private:
  // The points of one axis in every window: [first, last) after clipping, in steps of dilation.
  struct Range {
    int64_t first = 0, last = 0;
  };
  static Range range_of(const Reference& r, int axis, int64_t plane, int64_t position) {
    const auto start = r.input(1 + 2 * axis), stop = r.input(2 + 2 * axis);
    const int64_t size = r.input(0).size(axis + 2);
    const int64_t element = start.rank() == 1 ? position : plane * start.size(2) + position;
    const int64_t step = r.attributes<Attributes>().dilation[axis];
    Range range{start.integer(element), std::min(stop.integer(element), size)};
    if (range.first < 0) {  // the first point of the window that lies in x
      const uint64_t before = 0 - static_cast<uint64_t>(range.first);
      range.first = static_cast<int64_t>((step - before % step) % step);
    }
    if (range.first >= range.last) {
      r.report(start.integer(element), size);
      range.last = range.first;
    }
    return range;
  }

  template <class T>
  static void search(Reference& r) {
    const auto x = r.input(0), y = r.output();
    if (y.elements() == 0) return;
    const std::vector<T> values = values_of<T>(x);
    const auto& dilation = r.attributes<Attributes>().dilation;
    const int axes = x.rank() - 2;
    int64_t points = 1, positions = 1;
    for (int i = 0; i < axes; ++i) points *= x.size(i + 2), positions *= y.size(i + 2);
    std::vector<Range> ranges(axes);
    std::vector<int64_t> at(axes);
    for (int64_t output = 0; output < y.elements(); ++output) {
      const int64_t plane = output / positions;
      bool empty = false;
      for (int64_t i = axes, rest = output % positions; i-- > 0; rest /= y.size(i + 2)) {
        ranges[i] = range_of(r, static_cast<int>(i), plane, rest % y.size(i + 2));
        at[i] = ranges[i].first;
        empty |= ranges[i].first >= ranges[i].last;
      }
      int64_t best = 0;
      bool first = true;
      while (!empty) {
        int64_t point = 0;
        for (int i = 0; i < axes; ++i) point = point * x.size(i + 2) + at[i];
        const T value = values[plane * points + point], so_far = values[plane * points + best];
        if (first || value > so_far || (value != value && so_far == so_far)) best = point;
        first = false;
        int i = axes - 1;
        while (i >= 0 && (at[i] += dilation[i]) >= ranges[i].last) at[i] = ranges[i].first, --i;
        if (i < 0) break;
      }
      y.set_integer(output, best);
    }
  }
};
LAMINA_OP(WindowArgmax)

Array window_argmax(Array x, const std::vector<WindowBounds>& bounds, IntList dilation) {
  std::vector<Array> inputs{std::move(x)};
  for (const WindowBounds& b : bounds) inputs.push_back(b.start), inputs.push_back(b.stop);
  return record(ops::op_WindowArgmax(), inputs,
                make_attributes(WindowArgmax::Attributes{std::move(dilation)}));
}

}  // namespace lamina
