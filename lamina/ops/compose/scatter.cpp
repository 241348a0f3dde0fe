// put_along_axis and scatter: the reductions, from put_along_axis's own ones and add_along_axis.
// Whole entries are single ones whose index is broadcast: a view, no copy.
#include "lamina/ops/scatter.h"

#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/least_value.h"
#include "lamina/ops/movement.h"

namespace lamina {

namespace {

enum class Combine : uint8_t { Assign, Add, Multiply, Mean, Max, Min };

Combine combine_of(const char* name, const std::string& reduction) {
  constexpr std::pair<const char*, Combine> kNames[] = {
      {"assign", Combine::Assign},     {"add", Combine::Add},       {"sum", Combine::Add},
      {"multiply", Combine::Multiply}, {"prod", Combine::Multiply}, {"mean", Combine::Mean},
      {"max", Combine::Max},           {"min", Combine::Min}};
  for (const auto& [known, combine] : kNames) {
    if (reduction == known) return combine;
  }
  throw ValueError(text(name, ": reduction \"", reduction,
                        "\": expected assign, add, multiply, mean, max or min"));
}

PutReduction put_reduction(Combine combine) {
  return combine == Combine::Assign     ? PutReduction::Assign
         : combine == Combine::Multiply ? PutReduction::Multiply
         : combine == Combine::Max      ? PutReduction::Max
                                        : PutReduction::Min;
}

// What combining starts from where x takes no part.
Array identity_of(Combine combine, DType dtype) {
  if (combine == Combine::Multiply) return full({}, Array(1), dtype);
  if (combine == Combine::Max) return least_value(dtype);
  if (combine == Combine::Min) return greatest_value(dtype);
  return full({}, Array(0), dtype);
}

Array sums_or_means(const Array& x, const Array& indices, const Array& values, int axis, bool mean,
                    bool include_self) {
  Array sums = add_along_axis(x, indices, values, axis);
  if (!mean) return sums;
  const DType counts = is_floating(x.dtype()) && size_of(x.dtype()) >= 4 ? x.dtype() : float32;
  const DType count_type = is_floating(x.dtype()) ? counts : x.dtype();
  Array one = broadcast_to(full({}, Array(1), count_type),
                           IntList(values.shape().begin(), values.shape().end()));
  Array start = broadcast_to(full({}, Array(include_self ? 1 : 0), count_type),
                             IntList(x.shape().begin(), x.shape().end()));
  Array count = maximum(add_along_axis(std::move(start), indices, std::move(one), axis), 1);
  if (!is_floating(x.dtype())) return floor_divide(std::move(sums), std::move(count));
  return astype(std::move(sums) / std::move(count), x.dtype());
}

Array combined(Array x, Array indices, Array values, int axis, Combine combine, bool include_self) {
  if (x.dtype() == bool_ && combine != Combine::Assign) {
    throw DTypeError(text("put_along_axis: expected numbers to combine, got ", describe(x)));
  }
  values = astype(std::move(values), x.dtype());
  if (!include_self && combine != Combine::Assign) {
    const Shape& shape = values.shape();
    Array start =
        broadcast_to(identity_of(combine, x.dtype()), IntList(shape.begin(), shape.end()));
    x = record_put(std::move(x), indices, std::move(start), axis, PutReduction::Assign);
  }
  if (combine == Combine::Add || combine == Combine::Mean) {
    return sums_or_means(x, indices, values, axis, combine == Combine::Mean, include_self);
  }
  return record_put(std::move(x), std::move(indices), std::move(values), axis,
                    put_reduction(combine));
}

int checked_axis(const char* name, const Array& x, const Array& indices, const Array& values,
                 int axis) {
  if (!x || !indices || !values) {
    throw StateError(text(name, ": ",
                          !x         ? "x"
                          : !indices ? "indices"
                                     : "values",
                          " is an empty Array"));
  }
  return normalize_axis(axis, x.ndim(), text(name, ": axis"));
}

}  // namespace

Array put_along_axis(Array x, Array indices, Array values, int axis,
                     const ScatterOptions& options) {
  const int place = checked_axis("put_along_axis", x, indices, values, axis);
  const Combine combine = combine_of("put_along_axis", options.reduction);
  if (values.ndim() == 0) {
    const Shape& shape = indices.shape();
    values = broadcast_to(std::move(values), IntList(shape.begin(), shape.end()));
  }
  return combined(std::move(x), std::move(indices), std::move(values), place, combine,
                  options.include_self);
}

Array scatter(Array x, Array indices, Array updates, int axis, const ScatterOptions& options) {
  const int place = checked_axis("scatter", x, indices, updates, axis);
  const Combine combine = combine_of("scatter", options.reduction);
  if (indices.ndim() > 1) {
    throw ShapeError(text("scatter: expected indices [P] or one index, got ", describe(indices)))
        .help("put_along_axis takes an index for every value");
  }
  Shape expected = x.shape();
  expected[place] = indices.size();
  if (indices.ndim() == 0) {
    Shape one;
    for (int i = 0; i < x.ndim(); ++i) {
      if (i != place) one.push_back(x.shape(i));
    }
    if (updates.shape() == one) updates = expand_dims(std::move(updates), place);
  }
  if (!(updates.shape() == expected)) {
    throw ShapeError(text("scatter: expected updates ", expected, ", got ", describe(updates)));
  }
  IntList line(static_cast<size_t>(x.ndim()), 1);
  line[place] = indices.size();
  indices =
      broadcast_to(reshape(std::move(indices), line), IntList(expected.begin(), expected.end()));
  return combined(std::move(x), std::move(indices), std::move(updates), place, combine,
                  options.include_self);
}

Array index_fill(Array x, Array indices, Array value, int axis) {
  const int place = checked_axis("index_fill", x, indices, value, axis);
  if (value.ndim() != 0) {
    throw ShapeError(text("index_fill: expected one number as value, got ", describe(value)));
  }
  IntList shape(x.shape().begin(), x.shape().end());
  shape[place] = indices.size();
  value = broadcast_to(astype(std::move(value), x.dtype()), shape);
  return scatter(std::move(x), std::move(indices), std::move(value), axis);
}

}  // namespace lamina
