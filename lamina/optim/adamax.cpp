#include "lamina/optim/adamax.h"

#include <cmath>

#include "lamina/ops/elementwise.h"
#include "lamina/optim/limits.h"

namespace lamina::optim {

Adamax::Adamax(Parameters parameters, AdamaxOptions options)
    : Optimizer(std::move(parameters), options.lr, {"exp_avg", "exp_inf"}),
      options_(std::move(options)) {
  check_betas("Adamax", options_.betas);
}

Array Adamax::update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) {
  if (double decay = weight_decay(options_.weight_decay)) gradient += number(decay) * value;

  auto [beta1, beta2] = options_.betas;
  Array &mean = slots[0], &largest = slots[1];
  mean = blended(beta1, std::move(mean), gradient);
  largest = maximum(number(beta2) * std::move(largest),
                    absolute(std::move(gradient)) + number(options_.eps));
  const double corrected = rate() / (1 - std::pow(beta1, static_cast<double>(step)));
  return std::move(value) - number(corrected) * mean / largest;
}

}  // namespace lamina::optim
