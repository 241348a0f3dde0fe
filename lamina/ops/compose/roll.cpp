// roll(x, shift, axes): two slices exchanged along each axis.
#include "lamina/base/error.h"
#include "lamina/ops/movement.h"

namespace lamina {
namespace {

Array rolled(Array x, int64_t shift, int axis) {
  const int64_t size = x.shape(axis);
  if (size == 0) return x;
  const int64_t moved = ((shift % size) + size) % size;
  if (moved == 0) return x;
  std::vector<Array> parts = split(std::move(x), IntList{size - moved, moved}, axis);
  return concatenate({parts[1], parts[0]}, axis);
}

}  // namespace

Array roll(Array x, IntList shift, IntList axes) {
  if (!x) throw StateError("roll: x is an empty Array");
  if (axes.empty()) {
    if (shift.size() != 1)
      throw ValueError(text("roll: expected one shift where no axis is given, got ", shift));
    const IntList shape(x.shape().begin(), x.shape().end());
    return reshape(rolled(reshape(std::move(x), {-1}), shift[0], 0), shape);
  }
  if (shift.size() != axes.size() && shift.size() != 1) {
    throw ValueError(
        text("roll: expected a shift for each of ", axes.size(), " axes, got ", shift));
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    const int axis = normalize_axis(axes[i], x.ndim(), "roll: axis");
    x = rolled(std::move(x), shift[shift.size() == 1 ? 0 : i], axis);
  }
  return x;
}

}  // namespace lamina
