// logspace, geomspace, and windows: of whole numbers i = 0 .. M - 1.
#include <cmath>

#include "lamina/ops/assembling.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/number.h"
#include "lamina/ops/special.h"

namespace lamina {

namespace {

constexpr double kPi = 3.14159265358979323846;

// i / (M - 1), from 0 to 1; half for a window of one.
Array places(const char* function, int64_t size, DType dtype) {
  if (!is_floating(dtype)) {
    throw DTypeError(text(function, ": expected a floating-point type, got ", dtype));
  }
  if (size < 0) throw ValueError(text(function, ": size must not be negative, got ", size));
  if (size == 1) return full({1}, 0.5, dtype);
  return linspace(0, 1, size, dtype);
}

}  // namespace

Array logspace(double start, double stop, const SpaceOptions& options) {
  check_finite("logspace", "start", start), check_finite("logspace", "stop", stop);
  check_finite("logspace", "base", options.base);
  const Array exponent = linspace(start, stop, options.num, float64, options.endpoint);
  return astype(power(options.base, exponent), options.dtype);
}

Array geomspace(double start, double stop, const SpaceOptions& options) {
  check_finite("geomspace", "start", start), check_finite("geomspace", "stop", stop);
  if (start == 0 || stop == 0 || (start < 0) != (stop < 0)) {
    throw ValueError(text("geomspace: start and stop must have one sign and not be 0, got ", start,
                          " and ", stop));
  }
  const double sign = start < 0 ? -1 : 1;
  const Array part = linspace(0, 1, options.num, float64, options.endpoint);
  const Array rising = std::abs(start) * power(std::abs(stop / start), part);
  const Array exact = where(part == 0.0, std::abs(start), where(part == 1.0, std::abs(stop), rising));
  return astype(sign * exact, options.dtype);
}

Array bartlett(int64_t size, DType dtype) {
  return 1.0 - absolute(2.0 * places("bartlett", size, dtype) - 1.0);
}

Array blackman(int64_t size, DType dtype) {
  const Array turn = 2 * kPi * places("blackman", size, dtype);
  return 0.42 - 0.5 * cos(turn) + 0.08 * cos(2.0 * turn);
}

Array hamming(int64_t size, DType dtype) {
  return 0.54 - 0.46 * cos(2 * kPi * places("hamming", size, dtype));
}

Array hanning(int64_t size, DType dtype) {
  return 0.5 - 0.5 * cos(2 * kPi * places("hanning", size, dtype));
}

// i0(beta sqrt(1 - t^2)) / i0(beta), t from -1 to 1.
Array kaiser(int64_t size, Array beta, DType dtype) {
  require_arrays("kaiser", {{"beta", beta}});
  const Array t = 2.0 * places("kaiser", size, dtype) - 1.0;
  beta = typed(std::move(beta), dtype);
  return i0(beta * sqrt(maximum(1.0 - square(t), 0.0))) / i0(beta);
}

}  // namespace lamina
