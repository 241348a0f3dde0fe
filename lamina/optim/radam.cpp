#include "lamina/optim/radam.h"

#include <cmath>

#include "lamina/ops/elementwise.h"
#include "lamina/optim/limits.h"

namespace lamina::optim {

RAdam::RAdam(Parameters parameters, RAdamOptions options)
    : Optimizer(std::move(parameters), options.lr, {"exp_avg", "exp_avg_sq"}),
      options_(std::move(options)) {
  check_betas("RAdam", options_.betas);
}

Array RAdam::update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) {
  if (double decay = weight_decay(options_.weight_decay)) gradient += number(decay) * value;

  auto [beta1, beta2] = options_.betas;
  Array &mean = slots[0], &square_mean = slots[1];
  mean = blended(beta1, std::move(mean), gradient);
  square_mean = blended(beta2, std::move(square_mean), square(std::move(gradient)));
  const double t = static_cast<double>(step), left = 1 - std::pow(beta2, t);
  const double rho_inf = 2 / (1 - beta2) - 1, rho = rho_inf - 2 * t * (1 - left) / left;
  const double corrected = rate() / (1 - std::pow(beta1, t));
  if (rho <= 5) return std::move(value) - number(corrected) * mean;
  const double rectified =
      std::sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho));
  return std::move(value) - number(corrected * rectified * std::sqrt(left)) * mean /
                                (sqrt(square_mean) + number(options_.eps));
}

}  // namespace lamina::optim
