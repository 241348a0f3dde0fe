// atleast_*, *stack, append, array_split, unflatten: movements under NumPy's names.
#include "lamina/ops/assembling.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/movement.h"

namespace lamina {

namespace {

std::vector<Array> each(const char* function, std::vector<Array> arrays, Array (*prepare)(Array)) {
  if (arrays.empty()) throw ValueError(text(function, ": expected at least one array"));
  for (Array& array : arrays) {
    require_arrays(function, {{"one of the arrays", array}});
    array = prepare(std::move(array));
  }
  return arrays;
}

}  // namespace

Array atleast_1d(Array x) {
  require_arrays("atleast_1d", {{"x", x}});
  return x.ndim() < 1 ? reshape(std::move(x), {1}) : x;
}

Array atleast_2d(Array x) {
  require_arrays("atleast_2d", {{"x", x}});
  return x.ndim() < 2 ? reshape(std::move(x), {1, -1}) : x;
}

Array atleast_3d(Array x) {
  require_arrays("atleast_3d", {{"x", x}});
  if (x.ndim() == 2) return expand_dims(std::move(x), 2);
  const int64_t size = x.size();
  return x.ndim() < 2 ? reshape(std::move(x), {1, size, 1}) : x;
}

Array hstack(std::vector<Array> arrays) {
  arrays = each("hstack", std::move(arrays), atleast_1d);
  const int axis = arrays[0].ndim() == 1 ? 0 : 1;
  return concatenate(std::move(arrays), axis);
}

Array vstack(std::vector<Array> arrays) {
  return concatenate(each("vstack", std::move(arrays), atleast_2d), 0);
}

Array dstack(std::vector<Array> arrays) {
  return concatenate(each("dstack", std::move(arrays), atleast_3d), 2);
}

Array column_stack(std::vector<Array> arrays) {
  const auto as_column = [](Array x) {
    const int64_t size = x.size();
    return x.ndim() < 2 ? reshape(std::move(x), {size, 1}) : x;
  };
  return concatenate(each("column_stack", std::move(arrays), as_column), 1);
}

Array append(Array x, Array values, AppendOptions options) {
  require_arrays("append", {{"x", x}, {"values", values}});
  if (options.axis) return concatenate({std::move(x), std::move(values)}, *options.axis);
  return concatenate({flatten(atleast_1d(std::move(x))), flatten(atleast_1d(std::move(values)))}, 0);
}

std::vector<Array> array_split(Array x, int64_t parts, int axis) {
  require_arrays("array_split", {{"x", x}});
  const int64_t size = x.shape(normalize_axis(axis, x.ndim(), "array_split: axis"));
  if (parts < 1 || parts > int64_t{1} << 24) {
    throw ValueError(text("array_split: parts must be from 1 to 2^24, got ", parts));
  }
  IntList sizes;
  for (int64_t i = 0; i < parts; ++i) sizes.push_back(size / parts + (i < size % parts ? 1 : 0));
  return split(std::move(x), std::move(sizes), axis);
}

// As slices cut: places count from the end where they are negative, and stop at both ends.
std::vector<Array> array_split(Array x, IntList places, int axis) {
  require_arrays("array_split", {{"x", x}});
  const int along = normalize_axis(axis, x.ndim(), "array_split: axis");
  const int64_t size = x.shape(along);
  places.push_back(size);
  std::vector<Array> parts;
  int64_t from = 0;
  for (const int64_t place : places) {
    const int64_t counted = place < 0 ? std::max<int64_t>(0, place + size) : place;
    const int64_t to = std::min(counted, size);
    IntList start(static_cast<size_t>(x.ndim()), 0), stop = sizes_of(x);
    start[along] = std::min(from, to), stop[along] = to;
    if (from > to) start[along] = to;
    parts.push_back(slice(x, std::move(start), std::move(stop)));
    from = to;
  }
  return parts;
}

Array unflatten(Array x, int axis, IntList sizes) {
  require_arrays("unflatten", {{"x", x}});
  const int along = normalize_axis(axis, x.ndim(), "unflatten: axis");
  int64_t product = 1, unknown = -1;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == -1 && unknown < 0) {
      unknown = static_cast<int64_t>(i);
    } else if (sizes[i] < 0 || __builtin_mul_overflow(product, sizes[i], &product)) {
      throw ShapeError(text("unflatten: ", sizes[i], " is no size that fits"));
    }
  }
  const int64_t size = x.shape(along);
  if (unknown >= 0 && product > 0 && size % product == 0) sizes[unknown] = size / product;
  const bool fits = unknown >= 0 ? product > 0 && size % product == 0 : product == size;
  if (!fits || sizes.empty()) {
    throw ShapeError(text("unflatten: axis ", axis, " of size ", size,
                          " cannot be split into ", sizes.size(), " axes of these sizes"))
        .help("their product must be the axis' size");
  }
  IntList shape;
  for (int i = 0; i < x.ndim(); ++i) {
    if (i != along) {
      shape.push_back(x.shape(i));
    } else {
      for (const int64_t part : sizes) shape.push_back(part);
    }
  }
  return reshape(std::move(x), std::move(shape));
}

}  // namespace lamina
