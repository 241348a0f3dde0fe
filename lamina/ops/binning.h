// Values put in order of bins, and counted.
#pragma once

#include <optional>
#include <vector>

#include "lamina/core/array.h"

namespace lamina {

// For each x the number of the bin it falls into: i where bins[i - 1] <= x < bins[i] (right:
// bins[i - 1] < x <= bins[i]), 0 below and len(bins) above all; int64. bins [B] must be sorted,
// upwards or downwards. NaN counts as above.
struct DigitizeOptions {
  bool right = false;
};
Array digitize(Array x, Array bins, const DigitizeOptions& options = {});

// How often each number 0, 1, .. stands in x (or the sum of its weights). Without `size` the result
// is as long as the greatest number asks for, and x is evaluated to find it.
struct BincountOptions {
  Array weights = {};
  int64_t minlength = 0;
  std::optional<int64_t> size = std::nullopt;
};
Array bincount(Array x, const BincountOptions& options = {});

// Counts of x in bins of equal width between low and high (those of x when left out), or between
// given edges; the last bin includes its upper edge. density: divided by the count of all and the
// bin's width.
struct HistogramOptions {
  int64_t bins = 10;
  Array edges = {};  // instead of bins
  Array low = {}, high = {};
  Array weights = {};
  bool density = false;
};
struct Histogram {
  Array counts, edges;
};
Histogram histogram(Array x, const HistogramOptions& options = {});

// Counts of points x [N, D] in boxes: [bins..], and the edges of each axis. bins holds one number or one
// for each axis, edges (which come first), low and high one array for each axis or nothing.
struct HistogramddOptions {
  IntList bins = {10};
  std::vector<Array> edges = {};
  std::vector<Array> low = {}, high = {};
  Array weights = {};
  bool density = false;
};
struct Histogramdd {
  Array counts;
  std::vector<Array> edges;
};
Histogramdd histogramdd(Array x, const HistogramddOptions& options = {});
Histogramdd histogram2d(Array x, Array y, const HistogramddOptions& options = {});

// The edges that histogram would use.
Array histogram_bin_edges(Array x, const HistogramOptions& options = {});

// The piecewise linear function through (xp[i], fp[i]) at x; xp must increase. left and right are
// its values outside, those at the ends when left out.
struct InterpOptions {
  Array left = {}, right = {};
};
Array interp(Array x, Array xp, Array fp, const InterpOptions& options = {});

}  // namespace lamina
