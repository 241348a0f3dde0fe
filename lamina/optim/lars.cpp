#include "lamina/optim/lars.h"

#include "lamina/optim/limits.h"
#include "lamina/optim/trust_ratio.h"

namespace lamina::optim {

LARS::LARS(Parameters parameters, LARSOptions options)
    : Optimizer(std::move(parameters), options.lr, {"momentum_buffer"}),
      options_(std::move(options)) {
  check_number("LARS", "momentum", options_.momentum, 0);
  check_number("LARS", "trust_coefficient", options_.trust_coefficient, 0);
}

Array LARS::update(Array value, Array gradient, std::vector<Array>& slots, int64_t) {
  const double decay = weight_decay(options_.weight_decay);
  Array length = norm(value);
  Array divisor = norm(gradient) + number(options_.eps);
  if (decay != 0) divisor += number(decay) * length;
  Array local = trust_ratio(number(options_.trust_coefficient) * std::move(length),
                            std::move(divisor), number(1));
  if (decay != 0) gradient += number(decay) * value;
  slots[0] = number(options_.momentum) * std::move(slots[0]) +
             number(rate()) * std::move(local) * std::move(gradient);
  return std::move(value) - slots[0];
}

}  // namespace lamina::optim
