#include "lamina/optim/lion.h"

#include "lamina/ops/elementwise.h"
#include "lamina/optim/limits.h"

namespace lamina::optim {

Lion::Lion(Parameters parameters, LionOptions options)
    : Optimizer(std::move(parameters), options.lr, {"exp_avg"}), options_(std::move(options)) {
  check_betas("Lion", options_.betas);
}

Array Lion::update(Array value, Array gradient, std::vector<Array>& slots, int64_t) {
  auto [beta1, beta2] = options_.betas;
  Array direction = sign(blended(beta1, slots[0], gradient));
  slots[0] = blended(beta2, std::move(slots[0]), std::move(gradient));
  if (double decay = weight_decay(options_.weight_decay)) value *= number(1 - rate() * decay);
  return std::move(value) - number(rate()) * std::move(direction);
}

}  // namespace lamina::optim
