#include "lamina/ops/window.h"

#include <algorithm>

#include "lamina/base/error.h"

namespace lamina {

namespace {

void check_range(const IntList& list, int64_t least, std::string_view what) {
  for (int64_t value : list) {
    if (value < least || value > kMaxWindow) {
      throw ValueError(
          text(what, " must be ", least, " or more, and not over ", kMaxWindow, ", got ", list));
    }
  }
}

// Zeros such that a stride of s gives ceil(size / s) positions.
Padding::Sides same_padding(const IntList& sizes, const IntList& reach, const IntList& stride) {
  Padding::Sides sides;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const int64_t positions = (sizes[i] + stride[i] - 1) / stride[i];
    const int64_t total = std::max<int64_t>((positions - 1) * stride[i] + reach[i] - sizes[i], 0);
    sides.low.push_back(total / 2);
    sides.high.push_back(total - total / 2);
  }
  return sides;
}

}  // namespace

IntList PerAxis::for_axes(int axes, int64_t least, std::string_view what) const {
  IntList result = one_ ? IntList(static_cast<size_t>(axes), list_[0]) : list_;
  if (static_cast<int>(result.size()) != axes) {
    throw ValueError(text(what, " ", result, ": expected one number, or one for each of the ", axes,
                          " spatial axes"));
  }
  check_range(result, least, what);
  return result;
}

Padding::Sides Padding::for_axes(const IntList& sizes, const IntList& reach, const IntList& stride,
                                 std::string_view what) const {
  const size_t axes = sizes.size();
  if (kind_ == Kind::Name) {
    if (name_ == "same") return same_padding(sizes, reach, stride);
    if (name_ == "valid") return {IntList(axes, 0), IntList(axes, 0)};
    throw ValueError(
        text(what, " \"", name_, "\": expected a number, a list, \"same\" or \"valid\""));
  }
  check_range(list_, 0, what);
  if (kind_ == Kind::One) return {IntList(axes, list_[0]), IntList(axes, list_[0])};
  if (list_.size() == axes) return {list_, list_};
  if (list_.size() == 2 * axes) {
    Sides sides;
    sides.low.assign(list_.begin(), list_.begin() + axes);
    sides.high.assign(list_.begin() + axes, list_.end());
    return sides;
  }
  throw ValueError(text(what, " ", list_, ": expected one number, ", axes,
                        " (one per spatial axis) or ", 2 * axes,
                        " (all low sides, then all high sides)"));
}

IntList spatial_sizes(const Shape& shape) {
  IntList sizes;
  for (int axis = 2; axis < shape.rank(); ++axis) sizes.push_back(shape[axis]);
  return sizes;
}

}  // namespace lamina
