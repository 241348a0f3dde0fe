#include "lamina/optim/adafactor.h"

#include <algorithm>
#include <cmath>

#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"
#include "lamina/optim/limits.h"

namespace lamina::optim {

Adafactor::Adafactor(Parameters parameters, AdafactorOptions options)
    : Optimizer(std::move(parameters), options.lr, {"row_var", "col_var"}),
      options_(std::move(options)) {
  check_number("Adafactor", "-beta2_decay", -options_.beta2_decay, 0);
  check_number("Adafactor", "d", options_.d, 0);
}

// A vector's variance stands in the first slot, and the second is empty.
Array Adafactor::first_slot(size_t slot, const Array& value) const {
  Shape shape = value.shape();
  if (shape.rank() < 2) return filled(slot == 0 ? shape : Shape{0}, value.dtype(), 0);
  shape[shape.rank() - (slot == 0 ? 1 : 2)] = 1;
  return filled(shape, value.dtype(), 0);
}

Array Adafactor::update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) {
  auto [eps1, eps2] = options_.eps;
  const double t = static_cast<double>(step), newest = std::pow(t, options_.beta2_decay);
  auto rms = [](const Array& x) { return sqrt(mean(square(x))); };
  Array alpha = maximum(number(eps2), rms(value)) * number(std::min(rate(), 1 / std::sqrt(t)));
  if (double decay = weight_decay(options_.weight_decay)) value *= number(1 - rate() * decay);
  Array squares = square(gradient), variance;
  if (value.ndim() < 2) {
    variance = slots[0] = blended(1 - newest, std::move(slots[0]), std::move(squares));
  } else {
    Array &rows = slots[0], &columns = slots[1];
    rows = blended(1 - newest, std::move(rows), mean(squares, {.axis = -1, .keepdims = true}));
    columns = blended(1 - newest, std::move(columns),
                      mean(std::move(squares), {.axis = -2, .keepdims = true}));
    variance = rows * columns / maximum(mean(rows, {.axis = -2, .keepdims = true}), number(eps1));
  }
  Array move = rsqrt(maximum(std::move(variance), number(eps1 * eps1))) * std::move(gradient);
  alpha = std::move(alpha) / maximum(number(1), rms(move) * number(1 / options_.d));
  return std::move(value) - std::move(alpha) * std::move(move);
}

}  // namespace lamina::optim
