#include "lamina/check/tolerance.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lamina/base/text.h"

namespace lamina::check {

Tolerance tolerance(DType dtype) {
  switch (dtype) {
    case DType::Float16: return {0x1p-10, 0x1p-14, 65504, 1, 8};
    case DType::BFloat16: return {0x1p-7, 0x1p-126, 0x1.fep127, 1, 8};
    case DType::Float32: return {0x1p-23, 0x1p-126, 0x1.fffffep127, 6, 64};
    default: return {0x1p-52, 0x1p-1022, std::numeric_limits<double>::max(), 6, 512};
  }
}

namespace {

// Finite and representable; values out of range count as infinite.
double in_range(double value, const Tolerance& t) {
  if (std::isfinite(value) && std::abs(value) > t.largest) {
    return std::copysign(std::numeric_limits<double>::infinity(), value);
  }
  return value;
}

bool close(double got, double expected, double bound, const Tolerance& t) {
  if (std::isnan(expected) || std::isnan(got)) return std::isnan(expected) && std::isnan(got);
  if (in_range(expected, t) == got) return true;
  double limit = t.largest * (1 - 4 * t.unit);  // at the edge of the range either side is right
  if (std::isinf(got) || std::isinf(expected)) {
    return std::abs(got) >= limit && std::abs(expected) >= limit && (got > 0) == (expected > 0);
  }
  return std::abs(got - expected) <= bound;
}

}  // namespace

std::string difference(const Block& got, const Block& expected, bool elementwise,
                       const std::vector<double>& slack) {
  if (!(got.shape() == expected.shape())) {
    return text("has shape ", got.shape(), ", expected ", expected.shape());
  }
  auto a = got.values(), e = expected.values();
  if (!is_floating(got.dtype())) {
    for (int64_t i = 0; i < got.elements(); ++i) {
      if (a.integer(i) != e.integer(i)) {
        return text("element ", i, " is ", a.integer(i), ", expected ", e.integer(i));
      }
    }
    return {};
  }
  Tolerance t = tolerance(got.dtype());
  double largest = 1;
  for (int64_t i = 0; i < expected.elements(); ++i) {
    if (std::isfinite(e.real(i))) largest = std::max(largest, std::abs(e.real(i)));
  }
  for (int64_t i = 0; i < got.elements(); ++i) {
    double exact = e.real(i);
    double bound = elementwise ? t.formula_units * t.unit * std::abs(exact) + t.smallest
                               : t.op_units * t.unit * largest;
    if (!slack.empty()) bound += slack[i];
    if (!close(a.real(i), exact, bound, t)) {
      char numbers[160];
      std::snprintf(numbers, sizeof numbers, "is %.9g, expected %.17g, bound %.3g", a.real(i), exact,
                    bound);
      return text("element ", i, " ", numbers);
    }
  }
  return {};
}

}  // namespace lamina::check
