// x[key] and x[key] = value.
#include "array_object.h"
#include "casters.h"
#include "errors.h"
#include "lamina/base/error.h"

namespace lamina::python {

Py_ssize_t array_length(PyObject* self) {
  return guard(
      [&] {
        const Array& array = as_array_object(self)->value();
        if (array.ndim() == 0) throw DTypeError("len: an array without axes has no length");
        return static_cast<Py_ssize_t>(array.shape()[0]);
      },
      Py_ssize_t{-1});
}

PyObject* array_iter(PyObject* self) {
  if (array_length(self) < 0) return nullptr;
  return PySeqIter_New(self);
}

PyObject* sequence_item(PyObject*, Py_ssize_t) { return nullptr; }
PyObject* get_item(PyObject*, PyObject*) { return nullptr; }
int set_item(PyObject*, PyObject*, PyObject*) { return -1; }

}  // namespace lamina::python
