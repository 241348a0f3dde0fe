// bincount and the histograms: ones (or weights) added into their bins.
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

Array histogram_bin_edges(Array x, const HistogramOptions& options) {
  if (!x) throw StateError("histogram: x is an empty Array");
  if (static_cast<bool>(options.low) != static_cast<bool>(options.high)) {
    throw ValueError("histogram: give both low and high, or neither");
  }
  const DType dtype = is_floating(x.dtype()) ? x.dtype() : float32;
  if (options.edges) {
    if (options.edges.ndim() != 1 || options.edges.size() < 2) {
      throw ShapeError(text("histogram: expected edges [B + 1] of one bin or more, got ",
                            describe(options.edges)));
    }
    return astype(options.edges, dtype);
  }
  if (options.bins < 1 || options.bins > int64_t{1} << 31) {
    throw ValueError(text("histogram: bins must be 1 or more, got ", options.bins));
  }
  const bool given = static_cast<bool>(options.low), nothing = x.size() == 0;
  x = astype(std::move(x), dtype);
  Array low = given ? typed(options.low, dtype) : nothing ? full({}, 0.0, dtype) : min(x);
  Array high = given ? typed(options.high, dtype) : nothing ? full({}, 1.0, dtype) : max(x);
  if (low.ndim() != 0 || high.ndim() != 0) {
    throw ShapeError("histogram: expected one number each as low and high");
  }
  return equal_edges(std::move(low), std::move(high), options.bins, dtype);
}

namespace {

// The bin of each x, or `bins` outside of all; the last bin includes its upper edge.
Array bin_numbers(const Array& x, const Array& edges) {
  const int64_t bins = edges.size() - 1;
  const Array last = slice(edges, {bins}, {bins + 1});
  Array number = digitize(x, edges) - 1;
  number = where(x == last, Array(bins - 1), number);
  return where(logical_and(number >= 0, number < Array(bins)), number, Array(bins));
}

Array widths_of(const Array& edges) {
  const int64_t bins = edges.size() - 1;
  return slice(edges, {1}, {bins + 1}) - slice(edges, {0}, {bins});
}

}  // namespace

Histogram histogram(Array x, const HistogramOptions& options) {
  Array edges = histogram_bin_edges(x, options);
  const int64_t size = x.size();
  Array shares = reshape(shares_of("histogram", x, options.weights), {size});
  const DType dtype = edges.dtype();
  x = astype(reshape(std::move(x), {size}), dtype);
  const int64_t bins = edges.size() - 1;
  // What lies outside of all bins goes to one more, which is left out.
  Array counts = zeros({bins + 1}, shares.dtype());
  counts = scatter_add(std::move(counts), bin_numbers(x, edges), std::move(shares), 0);
  counts = slice(std::move(counts), {0}, {bins});
  if (options.density) {
    counts = astype(std::move(counts), dtype);
    counts = counts / (sum(counts) * widths_of(edges));
  }
  return {std::move(counts), std::move(edges)};
}

namespace {

// What HistogramddOptions says of one axis.
HistogramOptions axis_options(const HistogramddOptions& options, size_t axis, size_t axes) {
  for (const size_t count : {options.edges.size(), options.low.size(), options.high.size()}) {
    if (count != 0 && count != axes) {
      throw ValueError(text("histogramdd: expected edges, low and high for each of ", axes,
                            " axes or none, got ", count));
    }
  }
  if (options.bins.size() != 1 && options.bins.size() != axes) {
    throw ValueError(text("histogramdd: expected one number of bins, or one for each of ", axes,
                          " axes, got ", options.bins.size()));
  }
  HistogramOptions own;
  own.bins = options.bins.size() == 1 ? options.bins[0] : options.bins[axis];
  if (!options.edges.empty()) own.edges = options.edges[axis];
  if (!options.low.empty()) own.low = options.low[axis];
  if (!options.high.empty()) own.high = options.high[axis];
  return own;
}

}  // namespace

// The number of a point's box from those of its coordinates; points outside go to a box of their own.
Histogramdd histogramdd(Array x, const HistogramddOptions& options) {
  if (!x) throw StateError("histogramdd: x is an empty Array");
  if (x.ndim() != 2 || x.shape(1) == 0 || x.shape(1) > kMaxRank) {
    throw ShapeError(text("histogramdd: expected points [N, D], D from 1 to ", kMaxRank, ", got ",
                          describe(x)));
  }
  const DType dtype = is_floating(x.dtype()) ? x.dtype() : float32;
  x = astype(std::move(x), dtype);
  const int64_t points = x.shape(0), axes = x.shape(1);
  Array inside = full({points}, Array(true), bool_), number = zeros({points}, int64);
  Histogramdd result;
  IntList shape;
  for (int64_t axis = 0; axis < axes; ++axis) {
    const Array column = squeeze(slice(x, {0, axis}, {points, axis + 1}), {1});
    Array edges = histogram_bin_edges(
        column, axis_options(options, static_cast<size_t>(axis), static_cast<size_t>(axes)));
    const int64_t bins = edges.size() - 1;
    const Array own = bin_numbers(column, edges);
    inside = logical_and(std::move(inside), own < Array(bins));
    number = std::move(number) * Array(bins) + own;
    shape.push_back(bins);
    result.edges.push_back(std::move(edges));
  }
  check_shape(Shape(shape.begin(), shape.end()), sizeof(int64_t), "histogramdd: bins");
  const int64_t boxes = Shape(shape.begin(), shape.end()).elements();
  Array weights = options.weights;
  if (weights && !(weights.shape() == Shape{points})) {
    throw ShapeError(text("histogramdd: expected weights [", points, "], got ", describe(weights)));
  }
  if (!weights) weights = broadcast_to(full({}, Array(1), int64), {points});
  Array counts = zeros({boxes + 1}, weights.dtype());
  counts = scatter_add(std::move(counts), where(inside, number, Array(boxes)), weights, 0);
  counts = reshape(slice(std::move(counts), {0}, {boxes}), shape);
  if (options.density) {
    counts = astype(std::move(counts), dtype);
    counts = counts / sum(counts);
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      IntList along(shape.size(), 1);
      along[axis] = shape[axis];
      counts = std::move(counts) / reshape(widths_of(result.edges[axis]), along);
    }
  }
  result.counts = std::move(counts);
  return result;
}

Histogramdd histogram2d(Array x, Array y, const HistogramddOptions& options) {
  if (!x || !y) throw StateError("histogram2d: x or y is an empty Array");
  if (x.ndim() != 1 || !(x.shape() == y.shape())) {
    throw ShapeError(text("histogram2d: expected x [N] and y [N], got ", describe(x), " and ",
                          describe(y)));
  }
  return histogramdd(stack({std::move(x), std::move(y)}, 1), options);
}

}  // namespace lamina
