// polyval by Horner's rule; vander; convolve and correlate by the convolution op.
#include <algorithm>

#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/convolution.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/numerical.h"

namespace lamina {

namespace {

constexpr int64_t kMostCoefficients = 10000;  // each is an op of its own

void check_vectors(const char* function, const Array& a, const Array& b) {
  require_arrays(function, {{"a", a}, {"b", b}});
  if (a.ndim() != 1 || b.ndim() != 1 || a.size() == 0 || b.size() == 0) {
    throw ShapeError(text(function, ": expected vectors that are not empty, got ", describe(a),
                          " and ", describe(b)));
  }
}

// sum over k of a[n + k] b[k], with a padded so that as many n exist as `mode` wants.
Array slide(const char* function, Array a, Array b, std::string_view mode, bool same_from_end) {
  const DType dtype = promote(a.dtype(), b.dtype());
  const int64_t shorter = std::min(a.size(), b.size()), width = b.size() - 1;
  const int64_t all = a.size() + b.size() - 1, longer = std::max(a.size(), b.size());
  int64_t first = 0, count = all;
  if (mode == "same") {
    count = longer;
    first = same_from_end ? shorter / 2 : (shorter - 1) / 2;
  } else if (mode == "valid") {
    count = longer - shorter + 1;
    first = shorter - 1;
  } else if (mode != "full") {
    throw ValueError(
        text(function, ": mode must be \"full\", \"same\" or \"valid\", got \"", mode, "\""));
  }
  const bool whole = !is_floating(dtype);
  const DType computed = whole ? float64 : dtype;
  a = pad(astype(std::move(a), computed), {width}, {width});
  Array y = conv(reshape(std::move(a), {1, 1, -1}),
                 reshape(astype(std::move(b), computed), {1, 1, -1}));
  y = slice(reshape(std::move(y), {-1}), {first}, {first + count});
  return whole ? astype(round(std::move(y)), dtype) : y;
}

}  // namespace

Array polyval(Array coefficients, Array x) {
  require_arrays("polyval", {{"coefficients", coefficients}, {"x", x}});
  if (coefficients.ndim() != 1 || coefficients.size() > kMostCoefficients) {
    throw ShapeError(text("polyval: expected coefficients [N], N up to ", kMostCoefficients,
                          ", got ", describe(coefficients)));
  }
  Array y = zeros_like(x, promote(coefficients.dtype(), x.dtype()));
  for (Array& c : unstack(std::move(coefficients))) y = y * x + std::move(c);
  return y;
}

Array vander(Array x, VanderOptions options) {
  require_arrays("vander", {{"x", x}});
  if (x.ndim() != 1) throw ShapeError(text("vander: expected a vector, got ", describe(x)));
  const int64_t columns = options.columns == -1 ? x.size() : options.columns;
  if (columns < 0) throw ValueError(text("vander: columns must not be negative, got ", columns));
  Array powers = options.increasing ? integer_range(0, columns) : integer_range(columns - 1, -1, -1);
  const DType dtype = x.dtype() == bool_ ? int64 : x.dtype();
  return power(reshape(astype(std::move(x), dtype), {-1, 1}), astype(std::move(powers), dtype));
}

Array convolve(Array a, Array b, std::string_view mode) {
  check_vectors("convolve", a, b);
  return slide("convolve", std::move(a), flip(std::move(b), {0}), mode, false);
}

Array correlate(Array a, Array b, std::string_view mode) {
  check_vectors("correlate", a, b);
  return slide("correlate", a, b, mode, a.size() < b.size());
}

}  // namespace lamina
