#include "lamina/ops/slice_range.h"

#include <algorithm>

#include "lamina/base/error.h"

namespace lamina {

namespace {

constexpr int64_t kLargest = int64_t{1} << 62;

int64_t in_bounds(int64_t index, int64_t low, int64_t high) {
  return std::max(low, std::min(index, high));
}

}  // namespace

Shape sliced_shape(const Inference& c, const SliceAttributes& a, const Shape& x) {
  const size_t rank = x.size();
  if (a.start.size() != rank || a.count.size() != rank || a.step.size() != rank) {
    throw c.error<ValueError>("expected ", rank,
                              " entries in start, count and step, one per axis of ", x);
  }
  Shape shape;
  for (size_t i = 0; i < rank; ++i) {
    const int64_t start = a.start[i], count = a.count[i], step = a.step[i];
    int64_t last = 0, length = 0;
    const bool huge = count < 0 ||
                      __builtin_mul_overflow(count == 0 ? 0 : count - 1, step, &length) ||
                      __builtin_add_overflow(start, length, &last);
    const bool inside = start >= 0 && start < x[i] && last >= 0 && last < x[i];
    if (step == 0 || huge || (count != 0 && !inside)) {
      throw c.error<IndexError>("start ", start, ", count ", count, ", step ", step,
                                " does not fit axis ", i, " of ", x);
    }
    shape.push_back(count);
  }
  return shape;
}

SliceAttributes slice_range(const char* op, const Shape& x, const IntList& start,
                            const IntList& stop, const IntList& step) {
  const size_t given = std::max({start.size(), stop.size(), step.size()});
  if (given > x.size()) {
    throw IndexError(text(op, ": ", given, " ranges for an array of ", x.size(), " axes, ", x));
  }
  SliceAttributes a;
  for (size_t i = 0; i < x.size(); ++i) {
    const int64_t n = x[i], by = i < step.size() ? step[i] : 1;
    if (by == 0) throw ValueError(text(op, ": step must not be 0, got ", step));
    const bool back = by < 0;
    // The bounds to which ends are cut: after the last element, or before the first one when going
    // back.
    const int64_t low = back ? -1 : 0, high = back ? n - 1 : n;
    int64_t first = i < start.size() ? start[i] : (back ? kLargest : 0);
    int64_t end = i < stop.size() ? stop[i] : (back ? -kLargest : kLargest);
    first = in_bounds(first < 0 ? first + n : first, low, high);
    end = in_bounds(end < 0 ? end + n : end, low, high);
    const int64_t span = back ? first - end : end - first;
    const int64_t size = by == INT64_MIN ? kLargest : (back ? -by : by);
    const int64_t count = span <= 0 ? 0 : (span - 1) / size + 1;
    a.start.push_back(count == 0 ? 0 : first);
    a.count.push_back(count);
    a.step.push_back(count <= 1 ? 1 : by);
  }
  return a;
}

View slice_view(const SliceAttributes& a, const Strides& strides) {
  View view;
  for (size_t i = 0; i < strides.size(); ++i) {
    if (a.count[i] != 0) view.offset += a.start[i] * strides[i];
    view.strides.push_back(strides[i] * a.step[i]);
  }
  return view;
}

}  // namespace lamina
