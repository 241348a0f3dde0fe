// nn::Module written in Python.
#pragma once

#include <nanobind/trampoline.h>

#include "casters.h"
#include "lamina/nn/module.h"

namespace lamina::python {

// A module whose forward is a Python method. It may take and return anything: a call from Python
// passes its arguments and result around C++, which sees the arrays among them.
class PyModule : public nn::Module {
 public:
  NB_TRAMPOLINE(nn::Module);

  Array forward(Array x) override;
  std::vector<Array> forward_all(std::vector<Array> inputs) override;
  std::string kind() const override;

  nb::object call_from_python(const nb::args& arguments, const nb::kwargs& keywords);
};

}  // namespace lamina::python
