#include "lamina/optim/ftrl.h"

#include "lamina/ops/elementwise.h"
#include "lamina/optim/limits.h"

namespace lamina::optim {

Ftrl::Ftrl(Parameters parameters, FtrlOptions options)
    : Optimizer(std::move(parameters), options.lr, {"accumulator", "linear"}),
      options_(std::move(options)) {
  check_number("Ftrl", "initial_accumulator_value", options_.initial_accumulator_value, 0);
  check_number("Ftrl", "-lr_power", -options_.lr_power, 0);
  check_number("Ftrl", "l1", options_.l1, 0);
  check_number("Ftrl", "l2", options_.l2, 0);
  check_number("Ftrl", "l2_shrinkage", options_.l2_shrinkage, 0);
}

Array Ftrl::first_slot(size_t slot, const Array& value) const {
  return filled(value.shape(), value.dtype(), slot == 0 ? options_.initial_accumulator_value : 0);
}

Array Ftrl::update(Array value, Array gradient, std::vector<Array>& slots, int64_t) {
  Array &squares = slots[0], &linear = slots[1];
  Array exponent = number(-options_.lr_power);
  Array before = power(squares, exponent);
  squares = std::move(squares) + square(gradient);
  Array after = power(squares, std::move(exponent));
  if (options_.l2_shrinkage != 0) gradient += number(2 * options_.l2_shrinkage) * value;
  linear = std::move(linear) + std::move(gradient) -
           (after - std::move(before)) * number(1 / rate()) * std::move(value);
  Array quadratic =
      std::move(after) * number(1 / rate()) + number(2 * options_.l2 + options_.beta / rate());
  return (clip(linear, number(-options_.l1), number(options_.l1)) - linear) / std::move(quadratic);
}

}  // namespace lamina::optim
