// The different values of an array, in ascending order; every NaN counts as a value of its own. The
// number of results depends on the values: these functions evaluate their argument when they are
// called.
#pragma once

#include "lamina/core/array.h"

namespace lamina {

Array unique_values(Array x);

struct UniqueCounts {
  Array values, counts;  // counts: int64, how often each stands in x
};
UniqueCounts unique_counts(Array x);

struct UniqueInverse {
  Array values, inverse_indices;  // int64, of x's shape: take(values, inverse_indices) is x
};
UniqueInverse unique_inverse(Array x);

struct UniqueAll {
  Array values, indices, inverse_indices,
      counts;  // indices: where each first stands in flattened x
};
UniqueAll unique_all(Array x);

// Whether each element of x stands in `test`: bool, of x's shape. With invert, whether it does not.
// This one evaluates nothing.
struct IsinOptions {
  bool invert = false;
};
Array isin(Array x, Array test, IsinOptions options = {});

// Different values, sorted: of both arrays, of either one, of x alone, of exactly one.
Array intersect1d(Array x, Array y);
Array union1d(Array x, Array y);
Array setdiff1d(Array x, Array y);
Array setxor1d(Array x, Array y);

}  // namespace lamina
