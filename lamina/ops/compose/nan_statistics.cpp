// Statistics that leave out NaN: of integers, the ordinary ones.
#include <limits>

#include "lamina/base/error.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/compose/average.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/statistics.h"

namespace lamina {

namespace {

bool may_have_nan(const char* name, const Array& x) {
  if (!x) throw StateError(text(name, ": x is an empty Array"));
  return is_floating(x.dtype());
}

Array counted(const Array& missing, DType dtype, const Axes& axis, bool keepdims) {
  return astype(sum(logical_not(missing), {.axis = axis, .keepdims = keepdims}), dtype);
}

// Extremes over no number at all are NaN.
Array extreme(const char* name, Array x, const ReduceOptions& options,
              Array (*reduce)(Array, ReduceOptions), double nothing) {
  if (!may_have_nan(name, x)) return reduce(std::move(x), options);
  const Array missing = isnan(x);
  Array y = reduce(where(missing, nothing, std::move(x)), options);
  return where(all(missing, options), std::numeric_limits<double>::quiet_NaN(), std::move(y));
}

Array variance(const char* name, Array x, const VarianceOptions& options) {
  check_correction(options.correction, name);
  if (!may_have_nan(name, x)) return var(std::move(x), options);
  const DType result = x.dtype(), computed = computed_type(result);
  x = astype(std::move(x), computed);
  const Array missing = isnan(x);
  const Array centre = nanmean(x, {.axis = options.axis, .keepdims = true});
  Array squares = where(missing, 0.0, square(where(missing, centre, x) - centre));
  Array total = sum(std::move(squares), {.axis = options.axis, .keepdims = options.keepdims});
  const Array freedom =
      counted(missing, computed, options.axis, options.keepdims) - options.correction;
  total = std::move(total) / where(freedom > 0.0, freedom, 1.0);
  return astype(where(freedom > 0.0, total, std::numeric_limits<double>::quiet_NaN()), result);
}

}  // namespace

Array nansum(Array x, ReduceOptions options) {
  if (!may_have_nan("nansum", x)) return sum(std::move(x), std::move(options));
  Array missing = isnan(x);
  return sum(where(std::move(missing), 0.0, std::move(x)), std::move(options));
}

Array nanprod(Array x, ReduceOptions options) {
  if (!may_have_nan("nanprod", x)) return prod(std::move(x), std::move(options));
  Array missing = isnan(x);
  return prod(where(std::move(missing), 1.0, std::move(x)), std::move(options));
}

Array nanmean(Array x, ReduceOptions options) {
  if (!may_have_nan("nanmean", x)) return mean(std::move(x), std::move(options));
  const DType result = x.dtype();
  if (size_of(result) < 4) x = astype(std::move(x), float32);
  const Array missing = isnan(x);
  const Array count = counted(missing, x.dtype(), options.axis, options.keepdims);
  return astype(sum(where(missing, 0.0, x), options) / count, result);
}

Array nanmax(Array x, ReduceOptions options) {
  return extreme("nanmax", std::move(x), options, &max, -std::numeric_limits<double>::infinity());
}

Array nanmin(Array x, ReduceOptions options) {
  return extreme("nanmin", std::move(x), options, &min, std::numeric_limits<double>::infinity());
}

Array nanargmax(Array x, ArgOptions options) {
  if (may_have_nan("nanargmax", x)) x = where(isnan(x), -std::numeric_limits<double>::infinity(), x);
  return argmax(std::move(x), std::move(options));
}

Array nanargmin(Array x, ArgOptions options) {
  if (may_have_nan("nanargmin", x)) x = where(isnan(x), std::numeric_limits<double>::infinity(), x);
  return argmin(std::move(x), std::move(options));
}

Array nanvar(Array x, VarianceOptions options) { return variance("nanvar", std::move(x), options); }

// As in std, the gradient for constant data is taken as 0.
Array nanstd(Array x, VarianceOptions options) {
  Array v = variance("nanstd", std::move(x), options);
  const Array constant = v == 0.0;
  return where(constant, 0.0, sqrt(where(constant, 1.0, std::move(v))));
}

}  // namespace lamina
