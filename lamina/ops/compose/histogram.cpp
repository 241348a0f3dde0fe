// bincount and histogram: ones (or weights) added into their bins.
#include <algorithm>
#include <limits>

#include "lamina/base/error.h"
#include "lamina/ops/binning.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/number.h"
#include "lamina/ops/reduction.h"

namespace lamina {

namespace {

// What is added for every element of x: its weight, or 1.
Array shares_of(const char* name, const Array& x, const Array& weights) {
  if (!weights) {
    const Shape& shape = x.shape();
    return broadcast_to(full({}, Array(1), int64), IntList(shape.begin(), shape.end()));
  }
  if (!(weights.shape() == x.shape())) {
    throw ShapeError(text(name, ": expected weights of the shape of x, ", x.shape(), ", got ",
                          describe(weights)));
  }
  return weights;
}

// Bins of equal width; a range without width gets one of 1, as in NumPy.
Array equal_edges(Array low, Array high, int64_t bins, DType dtype) {
  const Array flat = low == high;
  low = where(flat, low - 0.5, low), high = where(flat, high + 0.5, high);
  const Array i = arange(bins + 1, int64);
  const Array at = low + (high - low) * (astype(i, dtype) / static_cast<double>(bins));
  return where(i == Array(bins), high, at);
}

}  // namespace

Array bincount(Array x, const BincountOptions& options) {
  if (!x) throw StateError("bincount: x is an empty Array");
  if (x.ndim() != 1 || !is_integer(x.dtype())) {
    throw ShapeError(text("bincount: expected integers [N], got ", describe(x)));
  }
  if (options.minlength < 0) {
    throw ValueError(text("bincount: minlength must not be negative, got ", options.minlength));
  }
  int64_t size = options.minlength;
  if (options.size) {
    size = *options.size;
    if (size < 0) throw ValueError(text("bincount: size must not be negative, got ", size));
    // A negative number would count from the end: no place of its own is one that is not there.
    if (is_signed(x.dtype())) x = astype(x, int64), x = where(x < 0, Array(size), x);
  } else if (x.size() > 0) {
    const int64_t least = min(x).item<int64_t>(), most = max(x).item<int64_t>();
    if (least < 0 || most == std::numeric_limits<int64_t>::max()) {
      throw ValueError(text("bincount: expected numbers from 0, got ", least, " .. ", most));
    }
    size = std::max(size, most + 1);
  }
  Array shares = shares_of("bincount", x, options.weights);
  Array start = zeros({size}, shares.dtype());
  return scatter_add(std::move(start), std::move(x), std::move(shares), 0);
}

Histogram histogram(Array x, const HistogramOptions& options) {
  if (!x) throw StateError("histogram: x is an empty Array");
  if (static_cast<bool>(options.low) != static_cast<bool>(options.high)) {
    throw ValueError("histogram: give both low and high, or neither");
  }
  const int64_t size = x.size();
  Array shares = reshape(shares_of("histogram", x, options.weights), {size});
  x = reshape(std::move(x), {size});
  const DType dtype = is_floating(x.dtype()) ? x.dtype() : float32;
  x = astype(std::move(x), dtype);
  Array edges;
  if (options.edges) {
    if (options.edges.ndim() != 1 || options.edges.size() < 2) {
      throw ShapeError(text("histogram: expected edges [B + 1] of one bin or more, got ",
                            describe(options.edges)));
    }
    edges = astype(options.edges, dtype);
  } else {
    if (options.bins < 1 || options.bins > int64_t{1} << 31) {
      throw ValueError(text("histogram: bins must be 1 or more, got ", options.bins));
    }
    const bool given = static_cast<bool>(options.low), nothing = size == 0;
    Array low = given ? typed(options.low, dtype) : nothing ? full({}, 0.0, dtype) : min(x);
    Array high = given ? typed(options.high, dtype) : nothing ? full({}, 1.0, dtype) : max(x);
    if (low.ndim() != 0 || high.ndim() != 0) {
      throw ShapeError("histogram: expected one number each as low and high");
    }
    edges = equal_edges(std::move(low), std::move(high), options.bins, dtype);
  }
  const int64_t bins = edges.size() - 1;
  const Array last = slice(edges, {bins}, {bins + 1});
  Array number = digitize(x, edges) - 1;
  number = where(x == last, Array(bins - 1), number);
  const Array inside = logical_and(number >= 0, number < Array(bins));
  // What lies outside of all bins goes to one more, which is left out.
  Array counts = zeros({bins + 1}, shares.dtype());
  counts = scatter_add(std::move(counts), where(inside, number, Array(bins)), std::move(shares), 0);
  counts = slice(std::move(counts), {0}, {bins});
  if (options.density) {
    const Array widths = slice(edges, {1}, {bins + 1}) - slice(edges, {0}, {bins});
    counts = astype(std::move(counts), dtype);
    counts = counts / (sum(counts) * widths);
  }
  return {std::move(counts), std::move(edges)};
}

Array interp(Array x, Array xp, Array fp, const InterpOptions& options) {
  if (!x || !xp || !fp) throw StateError("interp: an argument is an empty Array");
  if (xp.ndim() != 1 || !(fp.shape() == xp.shape()) || xp.size() == 0) {
    throw ShapeError(text("interp: expected xp [N] and fp [N] of one point or more, got ",
                          describe(xp), " and ", describe(fp)));
  }
  DType dtype = promote(promote(x.dtype(), xp.dtype()), fp.dtype());
  if (!is_floating(dtype)) dtype = float32;
  x = astype(std::move(x), dtype), xp = astype(std::move(xp), dtype);
  fp = astype(std::move(fp), dtype);
  const int64_t points = xp.size();
  const Array left = options.left ? options.left : squeeze(slice(fp, {0}, {1}), {0});
  const Array right =
      options.right ? options.right : squeeze(slice(fp, {points - 1}, {points}), {0});
  const Array first = squeeze(slice(xp, {0}, {1}), {0});
  const Array last = squeeze(slice(xp, {points - 1}, {points}), {0});
  Array y;
  if (points == 1) {
    y = x * 0.0 + first * 0.0 + squeeze(fp, {0});
  } else {
    const Array upper = clip(digitize(x, xp), 1, Array(points - 1)), lower = upper - 1;
    const Array x0 = take(xp, lower), x1 = take(xp, upper);
    const Array f0 = take(fp, lower), f1 = take(fp, upper);
    y = f0 + (f1 - f0) * ((x - x0) / (x1 - x0));
  }
  y = where(x < first, left, where(x > last, right, y));
  return astype(std::move(y), dtype);
}

}  // namespace lamina
