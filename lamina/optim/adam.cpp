#include "lamina/optim/adam.h"

#include <cmath>

#include "lamina/ops/elementwise.h"
#include "lamina/optim/limits.h"

namespace lamina::optim {
namespace {

std::vector<const char*> slots_of(const AdamOptions& options) {
  if (options.amsgrad) return {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
  return {"exp_avg", "exp_avg_sq"};
}

}  // namespace

Adam::Adam(Parameters parameters, AdamOptions options)
    : Optimizer(std::move(parameters), options.lr, slots_of(options)),
      options_(std::move(options)) {
  check_betas("Adam", options_.betas);
}

Array Adam::update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) {
  if (double decay = weight_decay(options_.weight_decay)) gradient += number(decay) * value;
  return move(std::move(value), std::move(gradient), slots, step);
}

Array Adam::move(Array value, Array gradient, std::vector<Array>& slots, int64_t step) {
  auto [beta1, beta2] = options_.betas;
  Array &mean = slots[0], &square_mean = slots[1];
  mean = blended(beta1, std::move(mean), gradient);
  square_mean = blended(beta2, std::move(square_mean), square(std::move(gradient)));
  if (options_.amsgrad) slots[2] = maximum(std::move(slots[2]), square_mean);
  double t = static_cast<double>(step);
  double corrected = rate() / (1 - std::pow(beta1, t));
  double scale = 1 / std::sqrt(1 - std::pow(beta2, t));
  Array deviation =
      sqrt(options_.amsgrad ? slots[2] : square_mean) * number(scale) + number(options_.eps);
  return std::move(value) - number(corrected) * mean / std::move(deviation);
}

Array AdamW::update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) {
  value *= number(1 - rate() * weight_decay(options().weight_decay));
  return move(std::move(value), std::move(gradient), slots, step);
}

}  // namespace lamina::optim
