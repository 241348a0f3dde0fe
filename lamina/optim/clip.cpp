#include "lamina/optim/clip.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ir/node.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"

namespace lamina::optim {
namespace {

void check_limit(const char* function, const char* argument, double value) {
  if (value >= 0) return;
  throw ValueError(text(function, ": ", argument, " must be 0 or more, got ", value));
}

}  // namespace

Array clip_grad_norm(const std::vector<Parameter>& parameters, double max_norm) {
  check_limit("clip_grad_norm", "max_norm", max_norm);
  NoGrad no_grad;
  Uncut uncut;
  Array squares;
  for (const Parameter& parameter : parameters) {
    if (!parameter.grad()) continue;
    Array part = sum(square(parameter.grad()));
    squares = squares ? std::move(squares) + std::move(part) : std::move(part);
  }
  if (!squares) return zeros({});
  Array norm = sqrt(std::move(squares));
  // As in PyTorch; the small number keeps a norm of 0 from dividing.
  Array factor = minimum(make_varying(max_norm) / (norm + 1e-6), 1.0);
  for (const Parameter& parameter : parameters) {
    if (parameter.grad()) parameter->set_grad(parameter->take_grad() * factor);
  }
  return norm;
}

void clip_grad_value(const std::vector<Parameter>& parameters, double limit) {
  check_limit("clip_grad_value", "limit", limit);
  NoGrad no_grad;
  Uncut uncut;
  for (const Parameter& parameter : parameters) {
    if (!parameter.grad()) continue;
    parameter->set_grad(clip(parameter->take_grad(), make_varying(-limit), make_varying(limit)));
  }
}

}  // namespace lamina::optim
