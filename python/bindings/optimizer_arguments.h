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

inline nb::dict to_dict(const optim::StateDict& state) {
  nb::dict out;
  for (const auto& [name, value] : state) out[name.c_str()] = nb::cast(value);
  return out;
}

inline optim::StateDict from_dict(const nb::dict& values) {
  optim::StateDict state;
  for (auto [name, value] : values) {
    state.emplace_back(nb::cast<std::string>(name),
                       to_argument(value.ptr(), "load_state_dict", "value"));
  }
  return state;
}

}  // namespace lamina::python
