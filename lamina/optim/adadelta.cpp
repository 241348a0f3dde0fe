#include "lamina/optim/adadelta.h"

#include "lamina/ops/elementwise.h"
#include "lamina/optim/limits.h"

namespace lamina::optim {

Adadelta::Adadelta(Parameters parameters, AdadeltaOptions options)
    : Optimizer(std::move(parameters), options.lr, {"square_avg", "acc_delta"}),
      options_(std::move(options)) {
  check_share("Adadelta", "rho", options_.rho);
}

Array Adadelta::update(Array value, Array gradient, std::vector<Array>& slots, int64_t) {
  if (double decay = weight_decay(options_.weight_decay)) gradient += number(decay) * value;

  Array &squares = slots[0], &moves = slots[1];
  squares = blended(options_.rho, std::move(squares), square(gradient));
  Array eps = number(options_.eps);
  Array move = sqrt(moves + eps) / sqrt(squares + eps) * std::move(gradient);
  moves = blended(options_.rho, std::move(moves), square(move));
  return std::move(value) - number(rate()) * std::move(move);
}

}  // namespace lamina::optim
