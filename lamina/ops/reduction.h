// Reductions: values combined along axes. {.axis = -1} or {.axis = {0, 2}}; all axes when left out.
#pragma once

#include "lamina/core/array.h"
#include "lamina/op/reduction.h"

namespace lamina {

Array sum(Array x, ReduceOptions options = {});   // integers and bool: int64
Array prod(Array x, ReduceOptions options = {});  // integers and bool: int64
Array mean(Array x, ReduceOptions options = {});  // integers: float32
Array max(Array x, ReduceOptions options = {});   // NaN if any is NaN
Array min(Array x, ReduceOptions options = {});
Array all(Array x, ReduceOptions options = {});
Array any(Array x, ReduceOptions options = {});
Array logsumexp(Array x, ReduceOptions options = {});

struct VarianceOptions {
  Axes axis = {};
  double correction = 0;  // divides by N - correction
  bool keepdims = false;
};
Array var(Array x, VarianceOptions options = {});
Array std(Array x, VarianceOptions options = {});

// Positions of the first largest or smallest value along one axis, int64; over all elements when
// left out.
struct ArgOptions {
  std::optional<int> axis = std::nullopt;
  bool keepdims = false;
};
Array argmax(Array x, ArgOptions options = {});
Array argmin(Array x, ArgOptions options = {});

// The k largest values along an axis, largest first, and their positions (int64).
struct TopK {
  Array values, indices;
};
TopK top_k(Array x, int64_t k, int axis = -1);

}  // namespace lamina
