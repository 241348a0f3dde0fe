// Order statistics, and statistics that leave out NaN. Options as in ops/reduction.h.
#pragma once

#include <string>

#include "lamina/core/array.h"
#include "lamina/ops/reduction.h"

namespace lamina {

// The value under which a share q (0 .. 1) of the elements lies. method says what is taken between
// two elements: "linear", "lower", "higher", "midpoint" or "nearest". q may be one number or [Q],
// whose axis then comes first. NaN if any element is NaN; the nan forms leave NaN out.
struct QuantileOptions {
  Axes axis = {};
  std::string method = "linear";
  bool keepdims = false;
};
Array quantile(Array x, Array q, const QuantileOptions& options = {});
Array percentile(Array x, Array q, const QuantileOptions& options = {});  // q in 0 .. 100
Array median(Array x, ReduceOptions options = {});
Array nanquantile(Array x, Array q, const QuantileOptions& options = {});
Array nanpercentile(Array x, Array q, const QuantileOptions& options = {});
Array nanmedian(Array x, ReduceOptions options = {});

Array nansum(Array x, ReduceOptions options = {});   // 0 where all are NaN
Array nanprod(Array x, ReduceOptions options = {});  // 1 where all are NaN
Array nanmean(Array x, ReduceOptions options = {});  // NaN where all are NaN, as the others
Array nanmax(Array x, ReduceOptions options = {});
Array nanmin(Array x, ReduceOptions options = {});
Array nanargmax(Array x, ArgOptions options = {});  // 0 where all are NaN
Array nanargmin(Array x, ArgOptions options = {});
Array nanvar(Array x, VarianceOptions options = {});
Array nanstd(Array x, VarianceOptions options = {});

// The mean with weights of x's shape, or [N] along one axis.
struct AverageOptions {
  Axes axis = {};
  Array weights = {};
  bool keepdims = false;
};
Array average(Array x, const AverageOptions& options = {});

// Values along one axis, and where they stand (int64).
struct Located {
  Array values, indices;
};
struct LocateOptions {
  int axis = -1;
  bool keepdims = false;
};
// The most frequent value, the least of several; the last place where it stands.
Located mode(Array x, LocateOptions options = {});
// The k-th smallest value, k from 1; NaN counts as larger than any number.
Located kthvalue(Array x, int64_t k, LocateOptions options = {});

// Runs of equal elements, one of each: of the flattened array, or of whole entries along an axis.
// How many there are depends on the values, so x is evaluated.
struct UniqueConsecutive {
  Array values, inverse_indices, counts;
};
struct UniqueConsecutiveOptions {
  std::optional<int> axis = std::nullopt;
};
UniqueConsecutive unique_consecutive(Array x, const UniqueConsecutiveOptions& options = {});

// Turned by 90 degrees k times, from the first axis towards the second.
Array rot90(Array x, int k = 1, int axis1 = 0, int axis2 = 1);
Array fliplr(Array x);  // axis 1 reversed
Array flipud(Array x);  // axis 0 reversed

}  // namespace lamina
