#include "lamina/optim/sgd.h"

#include "lamina/base/error.h"

namespace lamina::optim {

SGD::SGD(Parameters parameters, SGDOptions options)
    : Optimizer(std::move(parameters), options.lr,
                options.momentum != 0 ? std::vector<const char*>{"momentum_buffer"}
                                      : std::vector<const char*>{}),
      options_(std::move(options)) {
  if (options_.nesterov && (options_.momentum <= 0 || options_.dampening != 0)) {
    throw ValueError("SGD: nesterov needs a momentum over 0 and no dampening");
  }
}

Array SGD::update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) {
  if (double decay = weight_decay(options_.weight_decay)) gradient += number(decay) * value;
  if (options_.momentum == 0) return std::move(value) - number(rate()) * std::move(gradient);

  Array& buffer = slots[0];
  double share = step == 1 ? 1 : 1 - options_.dampening;
  Array added = options_.dampening == 0 ? gradient : number(share) * gradient;
  buffer = number(options_.momentum) * std::move(buffer) + std::move(added);
  if (!options_.nesterov) return std::move(value) - number(rate()) * buffer;
  return std::move(value) -
         number(rate()) * (std::move(gradient) + number(options_.momentum) * buffer);
}

}  // namespace lamina::optim
