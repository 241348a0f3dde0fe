// `lamina.nn.Parameter`: an array whose value training changes. One Python object for one variable,
// so that `model.weight is model.weight`.
#include <unordered_map>

#include "array_object.h"
#include "casters.h"
#include "errors.h"
#include "foreign.h"
#include "lamina/base/error.h"
#include "lamina/nn/state_dict.h"

namespace lamina::python {

PyTypeObject* parameter_type = nullptr;

namespace {

// Living objects by their variable. Guarded by the GIL; the object removes itself.
std::unordered_map<const Variable*, PyObject*>& objects() {
  static auto* objects = new std::unordered_map<const Variable*, PyObject*>;
  return *objects;
}

Variable& variable_of(PyObject* self) { return *as_array_object(self)->variable; }

PyObject* make(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"value", "trainable", nullptr};
  PyObject* value = nullptr;
  int trainable = 1;
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "O|p:Parameter", const_cast<char**>(names),
                                   &value, &trainable)) {
    return nullptr;
  }
  return guard([&]() -> PyObject* {
    Array array = own_memory(to_argument(value, "Parameter", "value"));
    (void)type;
    return wrap(Ref<Variable>(new Variable(nn::detached(array), trainable != 0)));
  });
}

PyObject* get_value(PyObject* self, void*) {
  return guard([&] { return wrap(variable_of(self).value()); });
}
int set_value(PyObject* self, PyObject* value, void*) {
  return guard(
      [&] {
        if (!value) throw ValueError("a parameter cannot be without a value");
        variable_of(self).set_value(
            nn::detached(own_memory(to_argument(value, "Parameter.value", "value"))));
        return 0;
      },
      -1);
}
PyObject* get_grad(PyObject* self, void*) {
  return guard([&] { return wrap(variable_of(self).grad()); });
}
int set_grad(PyObject* self, PyObject* grad, void*) {
  return guard(
      [&] {
        bool none = !grad || grad == Py_None;
        variable_of(self).set_grad(none ? Array() : to_argument(grad, "Parameter.grad", "grad"));
        return 0;
      },
      -1);
}
PyObject* get_name(PyObject* self, void*) {
  return PyUnicode_FromString(variable_of(self).name.c_str());
}
PyObject* get_trainable(PyObject* self, void*) {
  return PyBool_FromLong(variable_of(self).trainable());
}
int set_trainable(PyObject* self, PyObject* on, void*) {
  return guard(
      [&] {
        int trainable = on ? PyObject_IsTrue(on) : 0;
        if (trainable < 0) return -1;
        variable_of(self).set_trainable(trainable != 0);
        return 0;
      },
      -1);
}

PyObject* repr(PyObject* self) {
  PyObject* text = array_repr(self);
  if (!text) return nullptr;
  PyObject* out = PyUnicode_FromFormat("Parameter(%U)", text);
  Py_DECREF(text);
  return out;
}

PyObject* reduce(PyObject* self, PyObject*) {
  return guard([&] {
    nb::object rebuild = nb::module_::import_("lamina.pickling").attr("parameter_from");
    nb::object value = nb::steal(get_value(self, nullptr));
    return nb::make_tuple(rebuild, nb::make_tuple(value, variable_of(self).trainable()))
        .release()
        .ptr();
  });
}

PyMethodDef methods[] = {{"__reduce__", reduce, METH_NOARGS, nullptr},
                         {nullptr, nullptr, 0, nullptr}};

PyGetSetDef properties[] = {
    {"value", get_value, set_value, "The value now, as an array; may be assigned.", nullptr},
    {"grad", get_grad, set_grad, "The gradient that backward has added up, or None.", nullptr},
    {"name", get_name, nullptr, "Its path in the module: \"features.0.weight\".", nullptr},
    {"trainable", get_trainable, set_trainable, "Whether it gets gradients.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

PyType_Slot slots[] = {
    {Py_tp_doc,
     const_cast<char*>("Parameter(value, trainable=True): an array whose value training changes.\n"
                       ">>> w = lm.nn.Parameter(lm.array([1.0, 2.0]))\n"
                       ">>> lm.sum(w * w).backward()\n"
                       ">>> w.grad\n"
                       "[2, 4]")},
    {Py_tp_new, reinterpret_cast<void*>(&make)},
    {Py_tp_getset, properties},
    {Py_tp_methods, methods},
    {Py_tp_repr, reinterpret_cast<void*>(&repr)},
    {0, nullptr}};

}  // namespace

PyObject* wrap(Ref<Variable> variable) {
  if (!variable) Py_RETURN_NONE;
  auto [entry, fresh] = objects().try_emplace(variable.get(), nullptr);
  if (!fresh) {
    Py_INCREF(entry->second);
    return entry->second;
  }
  PyObject* object = parameter_type->tp_alloc(parameter_type, 0);
  if (!object) {
    objects().erase(entry);
    throw nb::python_error();
  }
  new (&as_array_object(object)->array) Array;
  new (&as_array_object(object)->variable) Ref<Variable>(std::move(variable));
  entry->second = object;
  return object;
}

void forget(const Variable* variable) { objects().erase(variable); }

void make_parameter_type(PyObject* module) {
  PyType_Spec spec = {"lamina.nn.Parameter", sizeof(ArrayObject), 0, Py_TPFLAGS_DEFAULT, slots};
  PyObject* type = PyType_FromSpecWithBases(&spec, reinterpret_cast<PyObject*>(array_type));
  if (!type) throw nb::python_error();
  parameter_type = reinterpret_cast<PyTypeObject*>(type);
  Py_INCREF(type);
  PyModule_AddObject(module, "Parameter", type);
}

}  // namespace lamina::python
