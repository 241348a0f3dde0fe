// How an object was made: the class or function, and what it was called with. lamina/pickling.py
// makes modules again by it, lamina/recipes.py everything else.
#pragma once

#include "casters.h"

namespace lamina::python {

// Whether calls of this function of a class or module are noted: those that make what Lamina
// brings.
bool keeps_recipe(nb::handle scope, nb::handle function);

// After such a function has been called: `values` as for a vectorcall, self first in a method's.
void note_recipe(nb::handle function, nb::handle result, PyObject* const* values, size_t count,
                 PyObject* names);

}  // namespace lamina::python
