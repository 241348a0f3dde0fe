// Quantiles: each line is sorted, and q says where between two of its elements to look (Hyndman and
// Fan 1996, definition 7, for "linear").
#include <algorithm>
#include <cmath>

#include "lamina/base/error.h"
#include "lamina/ir/node.h"
#include "lamina/ops/compose/average.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/number.h"
#include "lamina/ops/sorting.h"
#include "lamina/ops/statistics.h"

namespace lamina {

namespace {

// The reduced axes as one last axis.
Array lines_of(Array x, const IntList& axes) {
  IntList order, shape;
  int64_t length = 1;
  for (int i = 0; i < x.ndim(); ++i) {
    if (std::find(axes.begin(), axes.end(), i) != axes.end()) continue;
    order.push_back(i), shape.push_back(x.shape(i));
  }
  for (int64_t axis : axes) order.push_back(axis), length *= x.shape(static_cast<int>(axis));
  shape.push_back(length);
  return reshape(transpose(std::move(x), order), shape);
}

Array ascending(Array lines) {
  const int last = lines.ndim() - 1;
  return sort(std::move(lines), {.axis = last});
}

void check_shares(const char* name, const Array& q) {
  if (!q) throw StateError(text(name, ": q is an empty Array"));
  if (q.ndim() > 1) {
    throw ShapeError(text(name, ": expected q as one number or [Q], got ", describe(q)));
  }
  if (!q.is_ready()) return;
  for (double value : q.to_vector<double>()) {
    if (!(value >= 0 && value <= 1)) {
      throw ValueError(text(name, ": q must lie in 0 .. 1, got ", value));
    }
  }
}

Array between(const std::string& method, const Array& sorted, const Array& at) {
  const int last = sorted.ndim() - 1;
  const double most = static_cast<double>(sorted.shape(-1) - 1);
  auto entry = [&](const Array& place) {
    return take_along_axis(sorted, astype(clip(place, 0.0, most), int64), last);
  };
  if (method == "nearest") return entry(round(at));
  const Array low = floor(at), high = ceil(at);
  if (method == "lower") return entry(low);
  if (method == "higher") return entry(high);
  const Array below = entry(low), above = entry(high);
  if (method == "midpoint") return where(low == high, below, (below + above) * 0.5);
  const Array share = astype(at - low, sorted.dtype());
  return where(low == high, below, below + (above - below) * share);
}

Array quantile_of(const char* name, Array x, Array q, const QuantileOptions& options,
                  bool leave_nan) {
  const DType result = floating_result(x, name);
  check_shares(name, q);
  constexpr const char* kMethods[] = {"linear", "lower", "higher", "midpoint", "nearest"};
  if (std::find(std::begin(kMethods), std::end(kMethods), options.method) == std::end(kMethods)) {
    throw ValueError(text(name, ": method \"", options.method,
                          "\": expected linear, lower, higher, midpoint or nearest"));
  }
  const IntList axes = options.axis.normalized(x.ndim(), name);
  const Shape shape = x.shape();
  const bool many = q.ndim() == 1;
  if (!is_floating(x.dtype())) x = astype(std::move(x), float32);
  Array sorted = ascending(lines_of(std::move(x), axes));
  const int64_t length = sorted.shape(-1);
  if (length == 0)
    throw ShapeError(text(name, ": there are no elements along the axes of ", shape));

  const int last = sorted.ndim() - 1;
  const Array missing = isnan(sorted);
  Array shares = reshape(typed(std::move(q), float64), {-1});  // [Q]
  Array at;
  if (leave_nan) {
    Array count = astype(sum(logical_not(missing), {.axis = last, .keepdims = true}), float64);
    at = shares * (std::move(count) - 1.0);
  } else {
    IntList wide(sorted.shape().begin(), sorted.shape().end());
    wide[last] = shares.size();
    at = broadcast_to(shares * static_cast<double>(length - 1), wide);
  }
  Array y = between(options.method, sorted, at);
  if (!leave_nan) {
    IntList from(static_cast<size_t>(last + 1), 0);
    IntList to(sorted.shape().begin(), sorted.shape().end());
    from[last] = length - 1;
    const Array greatest = slice(sorted, from, to);
    y = where(isnan(greatest), greatest, y);
  }
  // [.., Q] -> [Q, ..], with the reduced axes as they were asked for.
  IntList order{last}, kept;
  for (int i = 0; i < last; ++i) order.push_back(i);
  y = transpose(std::move(y), order);
  if (many) kept.push_back(y.shape(0));
  for (int i = 0; i < shape.rank(); ++i) {
    if (std::find(axes.begin(), axes.end(), i) == axes.end()) {
      kept.push_back(shape[i]);
    } else if (options.keepdims) {
      kept.push_back(1);
    }
  }
  return astype(reshape(std::move(y), kept), result);
}

}  // namespace

Array quantile(Array x, Array q, const QuantileOptions& options) {
  return quantile_of("quantile", std::move(x), std::move(q), options, false);
}
Array nanquantile(Array x, Array q, const QuantileOptions& options) {
  return quantile_of("nanquantile", std::move(x), std::move(q), options, true);
}
Array percentile(Array x, Array q, const QuantileOptions& options) {
  if (!q) throw StateError("percentile: q is an empty Array");
  return quantile_of("percentile", std::move(x), typed(std::move(q), float64) / 100.0, options,
                     false);
}
Array nanpercentile(Array x, Array q, const QuantileOptions& options) {
  if (!q) throw StateError("nanpercentile: q is an empty Array");
  return quantile_of("nanpercentile", std::move(x), typed(std::move(q), float64) / 100.0, options,
                     true);
}
Array median(Array x, ReduceOptions options) {
  return quantile_of("median", std::move(x), 0.5,
                     {.axis = options.axis, .method = "midpoint", .keepdims = options.keepdims},
                     false);
}
Array nanmedian(Array x, ReduceOptions options) {
  return quantile_of("nanmedian", std::move(x), 0.5,
                     {.axis = options.axis, .method = "midpoint", .keepdims = options.keepdims},
                     true);
}

Located kthvalue(Array x, int64_t k, LocateOptions options) {
  if (!x) throw StateError("kthvalue: x is an empty Array");
  const int axis = normalize_axis(options.axis, x.ndim(), "kthvalue: axis");
  const int64_t size = x.shape(axis);
  if (k < 1 || k > size) {
    throw ValueError(
        text("kthvalue: k must lie in 1 .. ", size, ", the size of axis ", axis, ", got ", k));
  }
  TopK larger = top_k(std::move(x), size - k + 1, axis);
  const Shape shape = larger.values.shape();
  IntList from(shape.size(), 0), to(shape.begin(), shape.end());
  from[axis] = size - k;
  auto last = [&](Array all) {
    Array one = slice(std::move(all), from, to);
    return options.keepdims ? one : squeeze(std::move(one), {axis});
  };
  return {last(std::move(larger.values)), last(std::move(larger.indices))};
}

}  // namespace lamina
