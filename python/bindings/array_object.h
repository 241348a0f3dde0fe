// The Python type `lamina.Array`. It is a plain CPython type with number slots, not a nanobind
// class: an operator costs 50 ns in all, and nanobind's method dispatch alone costs more.
#pragma once

#include <Python.h>

#include "lamina/base/ref.h"
#include "lamina/core/array.h"
#include "lamina/core/variable.h"

namespace lamina::python {

// An array has a value; a parameter has a variable instead, whose value changes.
struct ArrayObject {
  PyObject_HEAD Array array;
  Ref<Variable> variable;
  PyObject* weak_references;

  const Array& value() const { return variable ? variable->value() : array; }
};

extern PyTypeObject* array_type;
extern PyTypeObject* parameter_type;

inline bool is_array(PyObject* object) {
  return Py_TYPE(object) == array_type || PyType_IsSubtype(Py_TYPE(object), array_type);
}
inline ArrayObject* as_array_object(PyObject* object) {
  return reinterpret_cast<ArrayObject*>(object);
}

// A new Python object for the handle; a new reference, or throws. An empty Array becomes None.
PyObject* wrap(Array array);
// The Python object of a variable: lamina.nn.Parameter.
PyObject* wrap(Ref<Variable> variable);
void forget(const Variable* variable);  // when that object is freed

// The operand as an array: an array, a Python number (which takes the type of what it meets), a
// NumPy scalar or array. False, without an error, for anything else.
bool to_operand(PyObject* object, Array& out);

// The same; throws a DTypeError that names the function and the argument.
Array to_argument(PyObject* object, const char* function, const char* argument);

void make_array_type(PyObject* module);
void make_parameter_type(PyObject* module);

// Parts of the type, one file each.
extern PyType_Slot number_slots[];   // array_operators.cpp; ends with an empty slot
extern PyMethodDef array_methods[];  // array_methods.cpp
extern PyGetSetDef array_properties[];
void find_operators();  // looks the ops of the operators up
PyObject* array_repr(PyObject* self);
PyObject* array_str(PyObject* self);
PyObject* get_item(PyObject* self, PyObject* key);  // array_index.cpp
int set_item(PyObject* self, PyObject* key, PyObject* value);
PyObject* sequence_item(PyObject* self, Py_ssize_t index);
Py_ssize_t array_length(PyObject* self);
PyObject* array_iter(PyObject* self);
int get_buffer(PyObject* self, Py_buffer* view, int flags);  // array_buffer.cpp
void release_buffer(PyObject* self, Py_buffer* view);

// Gives up references of foreign memory whose last array is gone (foreign.cpp): cheap when there
// are none.
void release_foreign();

}  // namespace lamina::python
