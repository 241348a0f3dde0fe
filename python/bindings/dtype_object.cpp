#include "dtype_object.h"

#include <nanobind/stl/string.h>

#include <string>

#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina::python {
namespace {

// One object for each type, so that `is` works.
struct DTypeObject {
  DType dtype;
};
DTypeObject dtypes[kDTypeCount];
PyObject* objects[kDTypeCount];

// "float32" of numpy.dtype('float32'), numpy.float32 and the like; null when there is no such name.
nb::object name_of(nb::handle object) {
  for (const char* attribute : {"name", "__name__"}) {
    nb::object name = nb::getattr(object, attribute, nb::none());
    if (nb::isinstance<nb::str>(name)) return name;
  }
  return {};
}

std::optional<DType> find_dtype(nb::handle object) {
  if (nb::isinstance<DTypeObject>(object)) return nb::cast<DTypeObject&>(object).dtype;
  if (object.is(reinterpret_cast<PyObject*>(&PyBool_Type))) return bool_;
  if (object.is(reinterpret_cast<PyObject*>(&PyLong_Type))) return int64;
  if (object.is(reinterpret_cast<PyObject*>(&PyFloat_Type))) return float32;
  nb::object name = nb::isinstance<nb::str>(object) ? nb::borrow(object) : name_of(object);
  if (!name.is_valid()) return std::nullopt;
  std::string wanted = nb::cast<std::string>(name);
  if (wanted == "bool_") wanted = "bool";
  for (int i = 0; i < kDTypeCount; ++i) {
    if (wanted == lamina::name(static_cast<DType>(i))) return static_cast<DType>(i);
  }
  return std::nullopt;
}

}  // namespace

DType to_dtype(nb::handle object) {
  if (std::optional<DType> dtype = find_dtype(object)) return *dtype;
  if (nb::isinstance<nb::str>(object)) return dtype_from_name(nb::cast<std::string>(object));
  throw DTypeError(text("expected an element type, got ", nb::repr(object).c_str()))
      .help("for example lamina.float32, \"float32\" or numpy.float32");
}

DType to_dtype(nb::handle object, DType otherwise) {
  return object.is_none() ? otherwise : to_dtype(object);
}

PyObject* dtype_object(DType dtype) {
  PyObject* object = objects[static_cast<int>(dtype)];
  Py_INCREF(object);
  return object;
}

void bind_dtypes(nb::module_& m) {
  nb::class_<DTypeObject>(
      m, "DType",
      "An element type; equal to its name and to NumPy's type of that name. `dtype(\"float32\")`\n"
      "finds one by its name.\n"
      ">>> lm.float32.itemsize, lm.float32 == \"float32\"\n"
      "(4, True)")
      .def_prop_ro("name", [](const DTypeObject& d) { return lamina::name(d.dtype); })
      .def_prop_ro("itemsize", [](const DTypeObject& d) { return size_of(d.dtype); })
      .def_prop_ro("is_floating", [](const DTypeObject& d) { return is_floating(d.dtype); })
      .def(
          "__eq__",
          [](const DTypeObject& d, nb::handle other) { return find_dtype(other) == d.dtype; },
          nb::arg("other").none())
      .def("__hash__",
           [](const DTypeObject& d) { return nb::hash(nb::str(lamina::name(d.dtype))); })
      .def("__str__", [](const DTypeObject& d) { return lamina::name(d.dtype); })
      .def("__repr__", [](const DTypeObject& d) { return text("lamina.", lamina::name(d.dtype)); })
      .def("__reduce__", [](nb::handle self) {
        nb::object name = self.attr("name");
        return nb::make_tuple(nb::module_::import_("lamina.pickling").attr("dtype_from_name"),
                              nb::make_tuple(name));
      });
  for (int i = 0; i < kDTypeCount; ++i) {
    dtypes[i].dtype = static_cast<DType>(i);
    nb::object object = nb::cast(&dtypes[i], nb::rv_policy::reference);
    objects[i] = object.inc_ref().ptr();
    std::string name = lamina::name(dtypes[i].dtype);
    m.attr(name == "bool" ? "bool_" : name.c_str()) = object;
  }
  m.def(
      "dtype", [](nb::handle object) { return nb::steal(dtype_object(to_dtype(object))); },
      nb::arg("object"),
      "The element type that a name, a NumPy type or a Python type stands for.\n"
      ">>> lm.dtype(\"float32\")\n"
      "float32");
}

}  // namespace lamina::python
