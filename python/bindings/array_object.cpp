#include "array_object.h"

#include <structmember.h>

#include <vector>

#include "errors.h"
#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina::python {

PyTypeObject* array_type = nullptr;

namespace {

// Freed objects, kept for the next operation. Guarded by the GIL.
constexpr int kMostFree = 256;
ArrayObject* free_objects[kMostFree];
int free_count = 0;

ArrayObject* new_object() {
  PyObject* object;
  if (free_count > 0) {
    object = PyObject_Init(reinterpret_cast<PyObject*>(free_objects[--free_count]), array_type);
  } else {
    object = array_type->tp_alloc(array_type, 0);
    if (!object) throw std::bad_alloc();
    new (&as_array_object(object)->array) Array;
    new (&as_array_object(object)->variable) Ref<Variable>;
  }
  return as_array_object(object);
}

void deallocate(PyObject* self) {
  ArrayObject* object = as_array_object(self);
  PyTypeObject* type = Py_TYPE(self);
  if (object->weak_references) PyObject_ClearWeakRefs(self);
  object->array.reset();
  if (object->variable) forget(object->variable.get());
  if (type == array_type && free_count < kMostFree) {
    free_objects[free_count++] = object;
  } else {
    object->array.~Array();
    object->variable.~Ref<Variable>();
    type->tp_free(self);
  }
  Py_DECREF(type);
  release_foreign();
}

PyObject* refuse_new(PyTypeObject*, PyObject*, PyObject*) {
  PyErr_SetString(PyExc_TypeError, "lamina.Array cannot be called; use lamina.array(values)");
  return nullptr;
}

PyMemberDef members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(ArrayObject, weak_references), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr}};

constexpr const char* kDoc =
    "A value that has been, or will be, computed. Operations on arrays check shapes and types at "
    "once and are\n"
    "recorded; they run when a value is needed: item, print, numpy, eval, or the end of a training "
    "step.\n"
    "Values never change: `x[i] = v` makes the name x stand for a new value.\n"
    ">>> x = lm.array([1.0, 2.0])\n"
    ">>> y = x + 1\n"
    ">>> y.shape, y.dtype\n"
    "((2,), lamina.float32)\n"
    ">>> y.tolist()\n"
    "[2.0, 3.0]";

}  // namespace

PyObject* wrap(Array array) {
  if (!array) Py_RETURN_NONE;
  ArrayObject* object = new_object();
  object->array = std::move(array);
  return reinterpret_cast<PyObject*>(object);
}

Array to_argument(PyObject* object, const char* function, const char* argument) {
  Array array;
  bool taken;
  try {
    taken = to_operand(object, array);
  } catch (const OverflowError& error) {
    throw OverflowError(text(function, ": ", argument, ": ", error.message()));
  }
  if (!taken) {
    throw DTypeError(text(function, ": expected an array or a number for ", argument, ", got ",
                          Py_TYPE(object)->tp_name))
        .help("lamina.array(values) makes an array of lists and buffers");
  }
  return array;
}

void make_array_type(PyObject* module) {
  std::vector<PyType_Slot> slots = {
      {Py_tp_doc, const_cast<char*>(kDoc)},
      {Py_tp_new, reinterpret_cast<void*>(&refuse_new)},
      {Py_tp_dealloc, reinterpret_cast<void*>(&deallocate)},
      {Py_tp_members, members},
      {Py_tp_methods, array_methods},
      {Py_tp_getset, array_properties},
      {Py_tp_repr, reinterpret_cast<void*>(&array_repr)},
      {Py_tp_str, reinterpret_cast<void*>(&array_str)},
      {Py_tp_hash,
       reinterpret_cast<void*>(&_Py_HashPointer)},  // by identity, so that arrays can be dict keys
      {Py_tp_iter, reinterpret_cast<void*>(&array_iter)},
      {Py_mp_subscript, reinterpret_cast<void*>(&get_item)},
      {Py_mp_ass_subscript, reinterpret_cast<void*>(&set_item)},
      {Py_mp_length, reinterpret_cast<void*>(&array_length)},
      {Py_sq_item, reinterpret_cast<void*>(&sequence_item)},
      {Py_sq_length, reinterpret_cast<void*>(&array_length)},
      {Py_bf_getbuffer, reinterpret_cast<void*>(&get_buffer)},
      {Py_bf_releasebuffer, reinterpret_cast<void*>(&release_buffer)},
  };
  for (PyType_Slot* slot = number_slots; slot->slot; ++slot) slots.push_back(*slot);
  slots.push_back({0, nullptr});
  PyType_Spec spec = {"lamina.Array", sizeof(ArrayObject), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots.data()};
  find_operators();
  PyObject* type = PyType_FromSpec(&spec);
  if (!type) throw std::runtime_error("lamina.Array could not be made");
  array_type = reinterpret_cast<PyTypeObject*>(type);
  // NumPy arrays and scalars on the left leave the operation to ours on the right.
  PyObject_SetAttrString(type, "__array_ufunc__", Py_None);
  PyObject* priority = PyLong_FromLong(1000);
  PyObject_SetAttrString(type, "__array_priority__", priority);
  Py_DECREF(priority);
  Py_INCREF(type);
  PyModule_AddObject(module, "Array", type);
}

}  // namespace lamina::python
