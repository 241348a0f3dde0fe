#include "lamina/optim/nadam.h"

#include <cmath>

#include "lamina/ops/elementwise.h"
#include "lamina/optim/limits.h"

namespace lamina::optim {

NAdam::NAdam(Parameters parameters, NAdamOptions options)
    : Optimizer(std::move(parameters), options.lr, {"exp_avg", "exp_avg_sq"}),
      options_(std::move(options)) {
  check_betas("NAdam", options_.betas);
  check_number("NAdam", "momentum_decay", options_.momentum_decay, 0);
}

double NAdam::momentum(int64_t step) const {
  const double power = static_cast<double>(step) * options_.momentum_decay;
  return options_.betas.first * (1 - 0.5 * std::pow(0.96, power));
}

// mu_1 .. mu_step. Steps come one after the other, but after a state was loaded.
double NAdam::product_of(int64_t step) {
  if (step < product_step_) product_step_ = 0, product_ = 1;
  while (product_step_ < step) product_ *= momentum(++product_step_);
  return product_;
}

Array NAdam::update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) {
  if (double decay = weight_decay(options_.weight_decay)) gradient += number(decay) * value;

  auto [beta1, beta2] = options_.betas;
  Array &mean = slots[0], &square_mean = slots[1];
  mean = blended(beta1, std::move(mean), gradient);
  square_mean = blended(beta2, std::move(square_mean), square(gradient));
  const double product = product_of(step), next = momentum(step + 1);
  const double scale = 1 / std::sqrt(1 - std::pow(beta2, static_cast<double>(step)));
  Array deviation = sqrt(square_mean) * number(scale) + number(options_.eps);
  Array direction = number(rate() * (1 - momentum(step)) / (1 - product)) * std::move(gradient) +
                    number(rate() * next / (1 - product * next)) * mean;
  return std::move(value) - std::move(direction) / std::move(deviation);
}

}  // namespace lamina::optim
