// gumbel_softmax(logits) = softmax((logits + g) / tau) with gumbel noise g (Jang et al. 2016;
// Maddison et al. 2016). Hard: the value is one_hot at the largest entry, the gradient that of the
// soft one.
#include "lamina/ops/activations.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/distributions.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/softmax.h"

namespace lamina {

Array stop_gradient(Array x);  // autograd/vjp.h, below this folder

Array gumbel_softmax(Array logits, GumbelSoftmaxOptions options, Generator& generator) {
  require_arrays("gumbel_softmax", {{"logits", logits}});
  if (!(options.tau > 0)) {
    throw ValueError(text("gumbel_softmax: tau must be over 0, got ", options.tau));
  }
  const int axis = normalize_axis(options.axis, logits.ndim(), "gumbel_softmax: axis");
  logits = as_floating(std::move(logits));
  Array noise = random_gumbel(sizes_of(logits), 0.0, 1.0, logits.dtype(), generator);
  Array soft = softmax((std::move(logits) + std::move(noise)) / options.tau, {.axis = axis});
  if (!options.hard) return soft;
  Array chosen = one_hot(argmax(soft, {.axis = axis}), soft.shape(axis), soft.dtype());
  IntList order;  // the classes stand last
  for (int i = 0, next = 0; i < soft.ndim(); ++i) {
    order.push_back(i == axis ? soft.ndim() - 1 : next++);
  }
  return stop_gradient(transpose(std::move(chosen), order) - soft) + soft;
}

}  // namespace lamina
