// How a module was made: the class or function, and what it was called with. lamina/pickling.py makes
// modules again by it.
#pragma once

#include "casters.h"

namespace lamina::python {

// Whether this function of a class or module makes modules that Lamina brings.
bool makes_modules(nb::handle scope, nb::handle function);

// After such a function has been called: `values` as for a vectorcall, self first in a constructor's.
void note_recipe(nb::handle function, nb::handle result, PyObject* const* values, size_t count,
                 PyObject* names);

}  // namespace lamina::python
