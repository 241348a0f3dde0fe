// Calculus, statistics of several variables, and polynomials on sampled values.
#pragma once

#include <vector>

#include "lamina/core/array.h"
#include "lamina/op/reduction.h"

namespace lamina {

// The derivative of samples along axes: central differences inside, one-sided ones at both ends
// (edge_order 1 or 2: how exact they are). `spacing` holds, for each axis, the distance between samples
// or their coordinates [N]; one entry serves all axes, none means 1. One result for each axis.
struct GradientOptions {
  Axes axis = {};
  std::vector<Array> spacing = {};
  int edge_order = 1;
};
std::vector<Array> gradient(Array x, const GradientOptions& options = {});

// The integral of samples along an axis by trapezoids, dx apart or at coordinates x, which broadcast
// along y's axis; and its running values, one less than samples.
struct TrapezoidOptions {
  Array x = {};
  Array dx = 1.0;
  int axis = -1;
};
Array trapezoid(Array y, const TrapezoidOptions& options = {});
Array cumulative_trapezoid(Array y, const TrapezoidOptions& options = {});

// Covariances of variables: x [variables, observations] -> [variables, variables]; corrcoef divides
// them by the standard deviations.
struct CovarianceOptions {
  double correction = 1;  // divides by N - correction
};
Array cov(Array x, CovarianceOptions options = {});
Array corrcoef(Array x);

// The cross product of vectors of three along an axis.
Array cross(Array x, Array y, int axis = -1);

// c[0] x^(n-1) + .. + c[n-1]: NumPy's polyval, highest power first.
Array polyval(Array coefficients, Array x);
// Columns x^(n-1) .. x^0 of x [N]; increasing: x^0 first.
struct VanderOptions {
  int64_t columns = -1;  // as many as x has elements
  bool increasing = false;
};
Array vander(Array x, VanderOptions options = {});

// The discrete convolution of vectors, sum over k of a[k] b[n - k]; mode: "full" [M + N - 1], "same"
// [max(M, N)] or "valid". correlate does not turn b round.
Array convolve(Array a, Array b, std::string_view mode = "full");
Array correlate(Array a, Array b, std::string_view mode = "valid");

// x with whole periods added so that neighbours differ by half a period at most.
struct UnwrapOptions {
  int axis = -1;
  double period = 6.283185307179586477;
};
Array unwrap(Array x, UnwrapOptions options = {});

// The distance between the largest and the smallest value.
Array ptp(Array x, ReduceOptions options = {});

}  // namespace lamina
