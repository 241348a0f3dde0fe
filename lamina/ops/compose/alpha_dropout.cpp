// alpha_dropout(x) = a (x where kept, alpha' elsewhere) + b (Klambauer et al. 2017): alpha' is the
// limit of selu at -inf, a and b restore mean 0 and variance 1.
#include <cmath>

#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/dropout.h"

namespace lamina {
namespace {

constexpr double kLimit = -1.7580993408473766;  // of selu: -scale alpha

Array drop(const char* function, Array x, IntList mask, double rate, bool training,
           Generator& generator) {
  check_rate(function, "rate", rate);
  if (!training || rate == 0) return x;
  x = as_floating(std::move(x));
  if (rate == 1) return std::move(x) * 0.0;
  const double scale = 1 / std::sqrt((1 - rate) * (1 + rate * kLimit * kLimit));
  const double shift = -scale * rate * kLimit;
  Array keep = bernoulli(std::move(mask), 1 - rate, generator);
  return where(std::move(keep), std::move(x), kLimit) * scale + shift;
}

}  // namespace

Array alpha_dropout(Array x, double rate, bool training, Generator& generator) {
  require_arrays("alpha_dropout", {{"x", x}});
  IntList mask = sizes_of(x);
  return drop("alpha_dropout", std::move(x), std::move(mask), rate, training, generator);
}

Array feature_alpha_dropout(Array x, double rate, bool training, Generator& generator) {
  require_arrays("feature_alpha_dropout", {{"x", x}});
  if (x.ndim() < 2) {
    throw ShapeError(text("feature_alpha_dropout: expected x [N, C, ..], got ", x.shape()));
  }
  IntList mask(static_cast<size_t>(x.ndim()), 1);
  mask[0] = x.shape(0), mask[1] = x.shape(1);
  return drop("feature_alpha_dropout", std::move(x), std::move(mask), rate, training, generator);
}

}  // namespace lamina
