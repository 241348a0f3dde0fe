// Entries written to places given by index. Indices are read as in ops/indexing.h: negative ones
// count from the end, others outside the axis raise an IndexError when the value is computed.
#pragma once

#include <string>

#include "lamina/core/array.h"
#include "lamina/ops/indexing.h"

namespace lamina {

// How entries that meet are combined: "assign" (the last one stays), "add", "multiply", "mean",
// "max" or "min". Without include_self the old entry takes no part where a new one comes.
struct ScatterOptions {
  std::string reduction = "assign";
  bool include_self = true;
};

// x with values[.., i, ..] combined into place indices[.., i, ..] of the axis; indices and values
// have the sizes of x but for the axis. NumPy's put_along_axis, PyTorch's scatter and
// scatter_reduce.
Array put_along_axis(Array x, Array indices, Array values, int axis = -1,
                     const ScatterOptions& options = {});

// x with whole entries of the axis combined into those at indices [P]; updates has the shape of
// take(x, indices, axis). PyTorch's index_copy, index_add and index_reduce.
Array scatter(Array x, Array indices, Array updates, int axis = 0,
              const ScatterOptions& options = {});
// x with one value at all entries of the axis that indices name.
Array index_fill(Array x, Array indices, Array value, int axis = 0);

// Rows of x that have the same number in segments [rows] combined: [count, ..]. Numbers need no
// order. A segment without a row is 0 (sum, mean), 1 (prod), or the least or greatest value of the
// type (max, min). `count` must be over the greatest number.
Array segment_sum(Array x, Array segments, int64_t count);
Array segment_mean(Array x, Array segments, int64_t count);
Array segment_prod(Array x, Array segments, int64_t count);
Array segment_max(Array x, Array segments, int64_t count);
Array segment_min(Array x, Array segments, int64_t count);

// What is recorded for the reductions that are not sums.
enum class PutReduction : int64_t { Assign, Multiply, Max, Min };
struct PutAttributes : AxisAttributes {
  int64_t reduction = 0;  // PutReduction
  template <class V>
  void fields(V&& v) {
    AxisAttributes::fields(v), v("reduction", reduction);
  }
};
Array record_put(Array x, Array indices, Array values, int axis, PutReduction reduction);

}  // namespace lamina
