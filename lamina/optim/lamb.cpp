#include "lamina/optim/lamb.h"

#include <cmath>

#include "lamina/ops/elementwise.h"
#include "lamina/optim/limits.h"
#include "lamina/optim/trust_ratio.h"

namespace lamina::optim {

LAMB::LAMB(Parameters parameters, LAMBOptions options)
    : Optimizer(std::move(parameters), options.lr, {"exp_avg", "exp_avg_sq"}),
      options_(std::move(options)) {
  check_betas("LAMB", options_.betas);
}

Array LAMB::update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) {
  auto [beta1, beta2] = options_.betas;
  Array &mean = slots[0], &square_mean = slots[1];
  mean = blended(beta1, std::move(mean), gradient);
  square_mean = blended(beta2, std::move(square_mean), square(std::move(gradient)));
  const double t = static_cast<double>(step);
  Array direction =
      mean * number(1 / (1 - std::pow(beta1, t))) /
      (sqrt(square_mean * number(1 / (1 - std::pow(beta2, t)))) + number(options_.eps));
  if (double decay = weight_decay(options_.weight_decay)) direction += number(decay) * value;
  Array ratio = trust_ratio(norm(value), norm(direction), number(1));
  return std::move(value) - number(rate()) * std::move(ratio) * std::move(direction);
}

}  // namespace lamina::optim
