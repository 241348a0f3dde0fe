#include "lamina/optim/rmsprop.h"

#include "lamina/ops/elementwise.h"

namespace lamina::optim {
namespace {

std::vector<const char*> slots_of(const RMSpropOptions& options) {
  std::vector<const char*> names{"square_avg"};
  if (options.centered) names.push_back("grad_avg");
  if (options.momentum != 0) names.push_back("momentum_buffer");
  return names;
}

}  // namespace

RMSprop::RMSprop(Parameters parameters, RMSpropOptions options)
    : Optimizer(std::move(parameters), options.lr, slots_of(options)),
      options_(std::move(options)) {}

Array RMSprop::update(Array value, Array gradient, std::vector<Array>& slots, int64_t) {
  if (double decay = weight_decay(options_.weight_decay)) gradient += number(decay) * value;
  auto blend = [&](Array& running, Array newest) {
    running = number(options_.alpha) * std::move(running) +
              number(1 - options_.alpha) * std::move(newest);
  };
  blend(slots[0], square(gradient));
  Array variance = slots[0];
  if (options_.centered) {
    blend(slots[1], gradient);
    variance -= square(slots[1]);
  }
  Array move = std::move(gradient) / (sqrt(std::move(variance)) + number(options_.eps));
  if (options_.momentum != 0) {
    Array& buffer = slots.back();
    buffer = number(options_.momentum) * std::move(buffer) + std::move(move);
    move = buffer;
  }
  return std::move(value) - number(rate()) * std::move(move);
}

}  // namespace lamina::optim
