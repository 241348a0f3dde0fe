// What the constructors of optimizers take.
#pragma once

#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>

#include "casters.h"
#include "lamina/optim/optimizer.h"

namespace lamina::python {

using Parameters = std::optional<std::vector<Parameter>>;

inline std::vector<Parameter> or_none(Parameters parameters) {
  return parameters ? std::move(*parameters) : std::vector<Parameter>{};
}

// A number, one of the schedules, or any function of the number of steps that have been made.
optim::LearningRate to_rate(nb::handle lr);

}  // namespace lamina::python
