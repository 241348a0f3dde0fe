// Arrays of a simple rule: diagonals and triangles of ones, numbers of elements.
#include "lamina/ops/assembling.h"
#include "lamina/ops/bitwise.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/contraction.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/searching.h"

namespace lamina {

namespace {

void check_index_shape(const char* function, const IntList& shape) {
  check_shape(Shape(shape.begin(), shape.end()), sizeof(int64_t), text(function, ": shape"));
}

}  // namespace

Array diagflat(Array x, int64_t k) {
  require_arrays("diagflat", {{"x", x}});
  constexpr int64_t kMost = int64_t{1} << 30;
  if (k < -kMost || k > kMost) throw ValueError(text("diagflat: k is out of range: ", k));
  const int64_t size = x.size();
  return diag(reshape(std::move(x), {size}), static_cast<int>(k));
}

Array tri(int64_t rows, int64_t columns, int64_t k, DType dtype) {
  if (columns == -1) columns = rows;
  return tril(ones({rows, columns}, dtype), k);
}

std::vector<Array> tril_indices(int64_t rows, int64_t k, int64_t columns) {
  return nonzero(tri(rows, columns, k, bool_));
}

std::vector<Array> triu_indices(int64_t rows, int64_t k, int64_t columns) {
  if (columns == -1) columns = rows;
  return nonzero(triu(ones({rows, columns}, bool_), k));
}

Array indices(IntList shape) {
  check_index_shape("indices", shape);
  if (shape.empty()) return zeros({0}, int64);
  std::vector<Array> axes;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    IntList sizes(shape.size(), 1);
    sizes[axis] = shape[axis];
    axes.push_back(broadcast_to(reshape(arange(shape[axis]), std::move(sizes)), shape));
  }
  return stack(std::move(axes));
}

std::vector<Array> unravel_index(Array numbers, IntList shape) {
  require_arrays("unravel_index", {{"numbers", numbers}});
  check_index_shape("unravel_index", shape);
  if (!is_integer(numbers.dtype())) {
    throw DTypeError(text("unravel_index: expected integers, got ", describe(numbers)));
  }
  const int64_t elements = Shape(shape.begin(), shape.end()).elements();
  if (numbers.size() > 0) {
    const int64_t least = min(numbers).item<int64_t>(), most = max(numbers).item<int64_t>();
    if (least < 0 || most >= elements) {
      throw IndexError(text("unravel_index: numbers are ", least, " .. ", most,
                            ", the shape has ", elements, " elements"));
    }
  }
  std::vector<Array> index(shape.size());
  numbers = astype(std::move(numbers), int64);
  for (size_t axis = shape.size(); axis-- > 0;) {
    index[axis] = remainder(numbers, shape[axis]);
    numbers = floor_divide(std::move(numbers), shape[axis]);
  }
  return index;
}

Array ravel_multi_index(std::vector<Array> index, IntList shape) {
  check_index_shape("ravel_multi_index", shape);
  if (index.size() != shape.size() || index.empty()) {
    throw ValueError(text("ravel_multi_index: expected one array for each of ", shape.size(),
                          " axes, got ", index.size()));
  }
  Array numbers = Array(0);
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    require_arrays("ravel_multi_index", {{"an index", index[axis]}});
    if (!is_integer(index[axis].dtype())) {
      throw DTypeError(text("ravel_multi_index: expected integers, got ", describe(index[axis])));
    }
    const Array wrong = logical_or(index[axis] < 0, index[axis] >= Array(shape[axis]));
    if (any(wrong).item<bool>()) {
      throw IndexError(text("ravel_multi_index: an index of axis ", axis, " is not in 0 .. ",
                            shape[axis] - 1));
    }
    numbers = std::move(numbers) * Array(shape[axis]) + astype(std::move(index[axis]), int64);
  }
  return numbers;
}

}  // namespace lamina
