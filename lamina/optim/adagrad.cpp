#include "lamina/optim/adagrad.h"

#include "lamina/ops/elementwise.h"
#include "lamina/optim/limits.h"

namespace lamina::optim {

Adagrad::Adagrad(Parameters parameters, AdagradOptions options)
    : Optimizer(std::move(parameters), options.lr, {"sum"}), options_(std::move(options)) {
  check_number("Adagrad", "lr_decay", options_.lr_decay, 0);
  check_number("Adagrad", "initial_accumulator_value", options_.initial_accumulator_value, 0);
}

Array Adagrad::first_slot(size_t, const Array& value) const {
  return filled(value.shape(), value.dtype(), options_.initial_accumulator_value);
}

Array Adagrad::update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) {
  if (double decay = weight_decay(options_.weight_decay)) gradient += number(decay) * value;

  slots[0] = std::move(slots[0]) + square(gradient);
  const double decayed = rate() / (1 + static_cast<double>(step - 1) * options_.lr_decay);
  return std::move(value) -
         number(decayed) * std::move(gradient) / (sqrt(slots[0]) + number(options_.eps));
}

}  // namespace lamina::optim
