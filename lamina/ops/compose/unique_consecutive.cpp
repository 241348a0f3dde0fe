// unique_consecutive: where runs begin is found in the data; the values are then taken, so that
// gradients flow to the first element of each run.
#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/statistics.h"

namespace lamina {

UniqueConsecutive unique_consecutive(Array x, const UniqueConsecutiveOptions& options) {
  if (!x) throw StateError("unique_consecutive: x is an empty Array");
  IntList inverse_shape(x.shape().begin(), x.shape().end());
  int axis = 0;
  if (options.axis) {
    axis = normalize_axis(*options.axis, x.ndim(), "unique_consecutive: axis");
    inverse_shape = {x.shape(axis)};
  } else {
    x = reshape(x, {x.size()});
  }
  const int64_t size = x.shape(axis);
  std::vector<int64_t> starts, inverse, counts;
  if (size > 0) {
    IntList from(static_cast<size_t>(x.ndim()), 0), to(x.shape().begin(), x.shape().end());
    IntList next_from = from, until = to;
    next_from[axis] = 1, until[axis] = size - 1;
    Array changed = slice(x, next_from, to) != slice(x, from, until);
    IntList others;
    for (int i = 0; i < x.ndim(); ++i) {
      if (i != axis) others.push_back(i);
    }
    if (!others.empty()) changed = any(std::move(changed), {.axis = others});
    const std::vector<int64_t> begins = changed.to_vector<int64_t>();
    for (int64_t i = 0; i < size; ++i) {
      if (i == 0 || begins[i - 1] != 0) starts.push_back(i), counts.push_back(0);
      ++counts.back();
      inverse.push_back(static_cast<int64_t>(starts.size()) - 1);
    }
  }
  auto integers = [](const std::vector<int64_t>& values) {
    return from_data(values.data(), Shape{static_cast<int64_t>(values.size())}, int64);
  };
  return {take(std::move(x), integers(starts), axis),
          reshape(integers(inverse), std::move(inverse_shape)), integers(counts)};
}

}  // namespace lamina
