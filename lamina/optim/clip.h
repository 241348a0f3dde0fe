// Bounds on gradients, between backward and step. They are recorded: the step computes them.
#pragma once

#include <vector>

#include "lamina/core/variable.h"

namespace lamina::optim {

// Scales all gradients so that their norm as one vector is at most max_norm; gives the norm before.
Array clip_grad_norm(const std::vector<Parameter>& parameters, double max_norm);

// Each element of each gradient to -limit .. limit.
void clip_grad_value(const std::vector<Parameter>& parameters, double limit);

}  // namespace lamina::optim
