// Element-wise functions that are a few ops of others.
#include "lamina/ops/special.h"

#include <limits>

#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/data_types.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"

namespace lamina {

Array logit(Array x, double eps) {
  require_arrays("logit", {{"x", x}});
  if (!(eps >= 0 && eps <= 0.5)) {
    throw ValueError(text("logit: eps must be from 0 to 0.5, got ", eps));
  }
  x = as_floating(std::move(x));
  if (eps > 0) x = clip(std::move(x), eps, 1 - eps);
  return log(x) - log1p(-x);
}

// Where x is 0 neither the value nor a gradient may meet log(0).
Array xlogy(Array x, Array y) {
  require_arrays("xlogy", {{"x", x}, {"y", y}});
  const Array nothing = logical_and(x == 0, logical_not(isnan(y)));
  return where(nothing, 0.0, x * log(where(nothing, 1.0, y)));
}

Array float_power(Array x, Array y) {
  require_arrays("float_power", {{"x", x}, {"y", y}});
  return power(as_floating(std::move(x)), as_floating(std::move(y)));
}

// In two steps, so that 2^exponent may leave the range where the result does not.
Array ldexp(Array x, Array exponent) {
  require_arrays("ldexp", {{"x", x}, {"exponent", exponent}});
  if (is_floating(exponent.dtype())) {
    throw DTypeError(text("ldexp: expected integers as exponent, got ", describe(exponent)));
  }
  x = as_floating(std::move(x));
  exponent = clip(astype(std::move(exponent), int32), -4200, 4200);
  const Array half = floor_divide(exponent, 2), rest = exponent - half;
  return x * exp2(astype(half, x.dtype())) * exp2(astype(rest, x.dtype()));
}

Divmod divmod(Array x, Array y) {
  require_arrays("divmod", {{"x", x}, {"y", y}});
  return {floor_divide(x, y), remainder(x, y)};
}

Modf modf(Array x) {
  require_arrays("modf", {{"x", x}});
  x = as_floating(std::move(x));
  const Array whole = trunc(x);
  return {copysign(where(isinf(x), 0.0, x - whole), x), whole};
}

Array lcm(Array x, Array y) {
  require_arrays("lcm", {{"x", x}, {"y", y}});
  const Array common = gcd(x, y);
  return absolute(floor_divide(std::move(x), maximum(common, 1)) * std::move(y));
}

Array lerp(Array start, Array end, Array weight) {
  require_arrays("lerp", {{"start", start}, {"end", end}, {"weight", weight}});
  return start + weight * (end - start);
}

Array nan_to_num(Array x, Array nan, Array posinf, Array neginf) {
  require_arrays("nan_to_num", {{"x", x}, {"nan", nan}});
  if (!is_floating(x.dtype())) return x;
  const FloatInfo info = finfo(x.dtype());
  const DType dtype = x.dtype();
  x = where(isposinf(x), posinf ? std::move(posinf) : Array(info.max), x);
  x = where(isneginf(x), neginf ? std::move(neginf) : Array(info.min), x);
  return astype(where(isnan(x), std::move(nan), x), dtype);
}

Array deg2rad(Array x) {
  require_arrays("deg2rad", {{"x", x}});
  return as_floating(std::move(x)) * 0.017453292519943295769;
}

Array rad2deg(Array x) {
  require_arrays("rad2deg", {{"x", x}});
  return as_floating(std::move(x)) * 57.295779513082320877;
}

Array isclose(Array a, Array b, CloseOptions options) {
  require_arrays("isclose", {{"a", a}, {"b", b}});
  if (!(options.rtol >= 0 && options.atol >= 0)) {
    throw ValueError(text("isclose: rtol and atol must not be negative, got ", options.rtol, " and ",
                          options.atol));
  }
  const DType dtype = promote(a.dtype(), b.dtype());
  if (!is_floating(dtype)) a = astype(std::move(a), float64), b = astype(std::move(b), float64);
  // Infinities are close to themselves alone; a difference with one is no bound.
  const Array near = absolute(a - b) <= options.atol + options.rtol * absolute(b);
  Array close = logical_or(a == b, logical_and(near, logical_and(isfinite(a), isfinite(b))));
  if (options.equal_nan) close = logical_or(close, logical_and(isnan(a), isnan(b)));
  return close;
}

Array allclose(Array a, Array b, CloseOptions options) {
  return all(isclose(std::move(a), std::move(b), options));
}

Array array_equal(Array a, Array b) {
  require_arrays("array_equal", {{"a", a}, {"b", b}});
  if (!(a.shape() == b.shape())) return full({}, Array(false), bool_);
  return all(std::move(a) == std::move(b));
}

Array softplus(Array x, Array beta, Array threshold) {
  require_arrays("softplus", {{"x", x}, {"beta", beta}, {"threshold", threshold}});
  x = as_floating(std::move(x));
  const Array scaled = x * beta;
  return where(scaled > threshold, x, softplus(scaled) / beta);
}

}  // namespace lamina
