// Binds a module that Lamina brings: final in Python, with `forward`.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/stl/shared_ptr.h>

#include "casters.h"
#include "lamina/nn/module.h"

namespace lamina::python {

template <class Layer>
nb::class_<Layer, nn::Module> layer(nb::module_& m, const char* name, const char* doc) {
  nb::class_<Layer, nn::Module> type(m, name, nb::is_final(), doc);
  type.def(
      "forward", [](Layer& self, Array x) { return self.forward(std::move(x)); }, nb::arg("x"));
  return type;
}

}  // namespace lamina::python
