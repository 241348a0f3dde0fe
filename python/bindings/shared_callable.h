// A Python function that C++ keeps, calls and copies on any thread, with or without the GIL.
#pragma once

#include <memory>

#include "casters.h"

namespace lamina::python {

inline std::shared_ptr<nb::object> share_callable(nb::handle function) {
  return {new nb::object(nb::borrow(function)), [](nb::object* object) {
            nb::gil_scoped_acquire gil;
            delete object;
          }};
}

}  // namespace lamina::python
