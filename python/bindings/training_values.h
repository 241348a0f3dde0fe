// What training hands to Python.
#pragma once

#include "casters.h"
#include "lamina/train/logs.h"

namespace lamina::python {

inline nb::dict to_dict(const train::Logs& logs) {
  nb::dict out;
  for (const auto& [name, value] : logs) out[name.c_str()] = value;
  return out;
}

}  // namespace lamina::python
