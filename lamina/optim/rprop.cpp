#include "lamina/optim/rprop.h"

#include "lamina/ops/elementwise.h"
#include "lamina/optim/limits.h"

namespace lamina::optim {

Rprop::Rprop(Parameters parameters, RpropOptions options)
    : Optimizer(std::move(parameters), options.lr, {"prev", "step_size"}),
      options_(std::move(options)) {
  check_number("Rprop", "etas", options_.etas.first, 0, 1);
  check_number("Rprop", "etas", options_.etas.second, 1);
  check_number("Rprop", "step_sizes", options_.step_sizes.first, 0, options_.step_sizes.second);
}

Array Rprop::first_slot(size_t slot, const Array& value) const {
  return filled(value.shape(), value.dtype(), slot == 0 ? 0 : options_.lr.at(0));
}

Array Rprop::update(Array value, Array gradient, std::vector<Array>& slots, int64_t) {
  Array &previous = slots[0], &size = slots[1];
  Array agreement = gradient * std::move(previous);
  Array turned = agreement < 0.0;
  Array shrunk = size * number(options_.etas.first), grown = size * number(options_.etas.second);
  size = where(turned, std::move(shrunk),
               where(std::move(agreement) > 0.0, std::move(grown), std::move(size)));
  size =
      clip(std::move(size), number(options_.step_sizes.first), number(options_.step_sizes.second));
  previous = where(std::move(turned), number(0), std::move(gradient));
  return std::move(value) - sign(previous) * size;
}

}  // namespace lamina::optim
