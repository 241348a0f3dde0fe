// split: parts of an array as views. Several slices rather than one op with many outputs: a part
// that nobody uses is not even recorded in the program, and the gradient of each is that of a
// slice.
#include "lamina/base/error.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/slice_range.h"

namespace lamina {

std::vector<Array> split(Array x, IntList sizes, int axis) {
  if (!x) throw StateError("split: x is an empty Array");
  const int place = normalize_axis(axis, x.ndim(), "split: axis");
  int64_t total = 0;
  for (int64_t size : sizes) {
    if (size < 0 || __builtin_add_overflow(total, size, &total)) {
      throw ValueError(text("split: sizes must not be negative, got ", sizes));
    }
  }
  if (total != x.shape(place)) {
    throw ShapeError(text("split: sizes ", sizes, " add up to ", total, ", axis ", place, " of ",
                          x.shape(), " has ", x.shape(place)));
  }
  const Shape& shape = x.shape();
  SliceAttributes part{IntList(shape.size(), 0), IntList(shape.begin(), shape.end()),
                       IntList(shape.size(), 1)};
  std::vector<Array> parts;
  int64_t first = 0;
  for (int64_t size : sizes) {
    part.start[place] = size == 0 ? 0 : first;
    part.count[place] = size;
    parts.push_back(record_slice(x, part));
    first += size;
  }
  return parts;
}

std::vector<Array> split(Array x, int64_t parts, int axis) {
  if (!x) throw StateError("split: x is an empty Array");
  const int place = normalize_axis(axis, x.ndim(), "split: axis");
  if (parts < 1 || parts > x.shape(place) || x.shape(place) % parts != 0) {
    throw ShapeError(text("split: axis ", place, " of ", x.shape(), " does not divide into ", parts,
                          " equal parts"))
        .help("give the sizes of the parts as a list");
  }
  const int64_t size = x.shape(place) / parts;
  return split(std::move(x), IntList(static_cast<size_t>(parts), size), axis);
}

}  // namespace lamina
