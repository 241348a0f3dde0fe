#include "lamina/core/shape.h"

#include <algorithm>
#include <numeric>

#include "lamina/base/error.h"

namespace lamina {

void check_shape(const Shape& shape, size_t item_size, std::string_view what) {
  if (shape.rank() > kMaxRank) {
    throw ShapeError(text(what, " has ", shape.rank(), " axes, the limit is ", kMaxRank));
  }
  int64_t bytes = static_cast<int64_t>(item_size);
  bool too_large = false, empty = false;
  for (int64_t d : shape) {
    if (d < 0) {
      throw ShapeError(text(what, " must not be negative, got ", shape)).help("sizes are 0 or more");
    }
    empty |= d == 0;
    too_large |= d != 0 && bytes > (int64_t{1} << 62) / d;
    if (!too_large && d != 0) bytes *= d;
  }
  if (too_large && !empty) {
    throw ShapeError(text(what, " ", shape, " has more bytes than can be addressed"));
  }
  if (too_large) throw ShapeError(text(what, " ", shape, " is empty but its other sizes overflow"));
}

int normalize_axis(int64_t axis, int rank, std::string_view what) {
  if (axis < -rank || axis >= rank) {
    throw IndexError(text(what, " ", axis, " is out of range for an array with ", rank,
                          rank == 1 ? " axis" : " axes"))
        .help(rank == 0 ? std::string("a scalar has no axes")
                        : text("use ", -rank, " to ", rank - 1));
  }
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

IntList normalize_axes(const IntList& axes, int rank, std::string_view what, bool all_if_empty) {
  IntList result;
  if (axes.empty() && all_if_empty) {
    for (int i = 0; i < rank; ++i) result.push_back(i);
    return result;
  }
  for (int64_t axis : axes) result.push_back(normalize_axis(axis, rank, what));
  std::sort(result.begin(), result.end());
  if (std::adjacent_find(result.begin(), result.end()) != result.end()) {
    throw ValueError(text(what, " ", axes, " names an axis twice"));
  }
  return result;
}

Shape broadcast_shapes(const Shape& a, const Shape& b, std::string_view op) {
  if (a == b) return a;
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  Shape result = longer;
  size_t offset = longer.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i) {
    int64_t x = longer[offset + i], y = shorter[i];
    if (x == y || y == 1) continue;
    if (x != 1) {
      throw ShapeError(text(op, ": shapes ", a, " and ", b, " do not broadcast: axis ",
                            static_cast<int64_t>(i) - static_cast<int64_t>(shorter.size()), " is ",
                            a.size() >= b.size() ? x : y, " and ", a.size() >= b.size() ? y : x))
          .help("sizes must be equal, or one of them 1; axes are matched from the last one");
    }
    result[offset + i] = y;
  }
  return result;
}

Strides strides_in_order(const Shape& shape, const IntList& order) {
  Strides strides(shape.size(), 0);
  int64_t step = 1;
  for (size_t i = order.size(); i-- > 0;) {
    strides[order[i]] = step;
    step *= std::max<int64_t>(shape[order[i]], 1);
  }
  return strides;
}

Strides row_major_strides(const Shape& shape) {
  Strides strides(shape.size(), 0);
  int64_t step = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = step;
    step *= std::max<int64_t>(shape[i], 1);
  }
  return strides;
}

Strides channels_last_strides(const Shape& shape) {
  IntList order{0};
  for (int i = 2; i < shape.rank(); ++i) order.push_back(i);
  order.push_back(1);
  return strides_in_order(shape, order);
}

Strides dense_strides_like(const Shape& shape, const Strides& strides) {
  IntList order;
  for (int i = 0; i < shape.rank(); ++i) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return strides[a] > strides[b]; });
  return strides_in_order(shape, order);
}

bool is_row_major(const Shape& shape, const Strides& strides) {
  int64_t step = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    if (shape[i] == 0) return true;
    if (shape[i] != 1 && strides[i] != step) return false;
    step *= shape[i];
  }
  return true;
}

bool is_dense(const Shape& shape, const Strides& strides) {
  IntList order;
  for (int i = 0; i < shape.rank(); ++i) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return strides[a] > strides[b]; });
  int64_t step = 1;
  for (size_t i = order.size(); i-- > 0;) {
    int64_t axis = order[i];
    if (shape[axis] == 0) return true;
    if (shape[axis] == 1) continue;
    if (strides[axis] != step) return false;
    step *= shape[axis];
  }
  return true;
}

}  // namespace lamina
