#include "lamina/optim/adam.h"

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/elementwise.h"

namespace lamina::optim {

Adam::Adam(Parameters parameters, AdamOptions options)
    : Optimizer(std::move(parameters), options.lr, {"exp_avg", "exp_avg_sq"}), options_(std::move(options)) {
  for (double beta : {options_.betas.first, options_.betas.second}) {
    if (!(beta >= 0 && beta < 1)) {
      throw ValueError(text("Adam: betas must be at least 0 and below 1, got ", beta));
    }
  }
}

Array Adam::update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) {
  if (options_.weight_decay != 0) gradient += number(options_.weight_decay) * value;
  return move(std::move(value), std::move(gradient), slots, step);
}

Array Adam::move(Array value, Array gradient, std::vector<Array>& slots, int64_t step) {
  auto [beta1, beta2] = options_.betas;
  Array &mean = slots[0], &square_mean = slots[1];
  mean = number(beta1) * std::move(mean) + number(1 - beta1) * gradient;
  square_mean = number(beta2) * std::move(square_mean) + number(1 - beta2) * square(std::move(gradient));
  double t = static_cast<double>(step);
  double rate = lr() / (1 - std::pow(beta1, t));
  double scale = 1 / std::sqrt(1 - std::pow(beta2, t));
  Array deviation = sqrt(square_mean) * number(scale) + number(options_.eps);
  return std::move(value) - number(rate) * mean / std::move(deviation);
}

Array AdamW::update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) {
  value *= number(1 - lr() * options().weight_decay);
  return move(std::move(value), std::move(gradient), slots, step);
}

}  // namespace lamina::optim
