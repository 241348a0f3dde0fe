// Calls that fit no signature. nanobind lists the signatures and types; lamina/argument_errors.py
// says which argument is wrong. Every bound function gets there by one way: its vectorcall pointer
// leads through `call`, which looks at a result only where it is an error.
#include <array>
#include <cstring>
#include <utility>

#include "bindings.h"
#include "casters.h"
#include "lamina/base/error.h"
#include "recipes.h"

namespace lamina::python {
namespace {

// nanobind has a handful of entries, by how complex a signature is.
constexpr size_t kMostEntries = 16;
vectorcallfunc entries[kMostEntries];

// Of a count of arguments: Python's, and nanobind's for a fresh instance.
constexpr size_t kFlags = size_t{3} << 62;

// What nanobind says of arguments, and of values inside of them.
bool is_mismatch(const char* text) {
  return std::strstr(text, "incompatible function arguments. The following") ||
         std::strcmp(text, "std::bad_cast") == 0;
}

// True, and the error taken away, if it is nanobind's own.
bool take_mismatch() {
  if (!PyErr_ExceptionMatches(PyExc_TypeError) && !PyErr_ExceptionMatches(PyExc_RuntimeError)) {
    return false;
  }
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  nb::object message = nb::steal(value ? PyObject_Str(value) : nullptr);
  const char* text = message.is_valid() ? PyUnicode_AsUTF8(message.ptr()) : nullptr;
  if (!text || !is_mismatch(text)) {
    PyErr_Restore(type, value, traceback);
    return false;
  }
  Py_XDECREF(type), Py_XDECREF(value), Py_XDECREF(traceback);
  return true;
}

void raise_explained(nb::handle function, PyObject* const* values, size_t count, PyObject* names) {
  const bool method = std::strcmp(Py_TYPE(function.ptr())->tp_name, "nanobind.nb_method") == 0;
  nb::list arguments;
  for (size_t i = method ? 1 : 0; i < count; ++i) arguments.append(nb::handle(values[i]));
  nb::dict keywords;
  for (Py_ssize_t k = 0; names && k < PyTuple_GET_SIZE(names); ++k) {
    keywords[nb::handle(PyTuple_GET_ITEM(names, k))] =
        nb::handle(values[count + static_cast<size_t>(k)]);
  }
  nb::object error =
      nb::module_::import_("lamina.argument_errors").attr("explain")(function, arguments, keywords);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.ptr())), error.ptr());
}

template <size_t I>
PyObject* call(PyObject* function, PyObject* const* values, size_t count, PyObject* names) {
  PyObject* result = entries[I](function, values, count, names);
  if (!result && take_mismatch()) {
    guard([&] {
      raise_explained(function, values, count & ~kFlags, names);
      return 0;
    });
  }
  return result;
}
template <size_t... I>
constexpr std::array<vectorcallfunc, kMostEntries> make_calls(std::index_sequence<I...>) {
  return {&call<I>...};
}
constexpr auto calls = make_calls(std::make_index_sequence<kMostEntries>());

// The same, of what recipes are kept of.
template <size_t I>
PyObject* make(PyObject* function, PyObject* const* values, size_t count, PyObject* names) {
  PyObject* result = call<I>(function, values, count, names);
  if (!result) return nullptr;
  const bool noted = guard(
      [&] {
        note_recipe(function, result, values, count & ~kFlags, names);
        return true;
      },
      false);
  if (noted) return result;
  Py_DECREF(result);
  return nullptr;
}
template <size_t... I>
constexpr std::array<vectorcallfunc, kMostEntries> make_makes(std::index_sequence<I...>) {
  return {&make<I>...};
}
constexpr auto makes = make_makes(std::make_index_sequence<kMostEntries>());

void redirect(PyObject* function, bool noted) {
  auto* place = reinterpret_cast<vectorcallfunc*>(reinterpret_cast<char*>(function) +
                                                  Py_TYPE(function)->tp_vectorcall_offset);
  for (size_t i = 0; i < kMostEntries; ++i) {
    if (*place == calls[i] || *place == makes[i]) return;  // the same under a second name
    if (entries[i] && entries[i] != *place) continue;
    entries[i] = *place;
    *place = noted ? makes[i] : calls[i];
    return;
  }
  throw InternalError("bindings: nanobind has more entries than argument_errors.cpp has places");
}

bool is_bound_function(nb::handle object) {
  const char* name = Py_TYPE(object.ptr())->tp_name;
  return std::strcmp(name, "nanobind.nb_func") == 0 || std::strcmp(name, "nanobind.nb_method") == 0;
}

// Of classes without a constructor.
PyObject* refuse_call(PyObject* type, PyObject* const*, size_t, PyObject*) {
  nb::object name = nb::getattr(type, "__name__", nb::none());
  PyErr_Format(PyExc_TypeError, "%U cannot be called: functions give these objects; see help(%U)",
               name.ptr(), name.ptr());
  return nullptr;
}

bool has_constructor(nb::handle type) {
  return is_bound_function(type.attr("__init__")) || is_bound_function(type.attr("__new__"));
}

void redirect_all(nb::handle scope) {
  nb::object members = nb::steal(PyMapping_Values(nb::object(scope.attr("__dict__")).ptr()));
  for (nb::handle member : members) {
    if (is_bound_function(member)) {
      redirect(member.ptr(), keeps_recipe(scope, member));
    } else if (Py_IS_TYPE(member.ptr(), &PyProperty_Type)) {
      nb::object setter = member.attr("fset");
      if (is_bound_function(setter)) redirect(setter.ptr(), false);
    } else if (PyModule_Check(member.ptr()) || nb::type_check(member)) {
      if (nb::type_check(member) && !has_constructor(member)) {
        reinterpret_cast<PyTypeObject*>(member.ptr())->tp_vectorcall = refuse_call;
      }
      redirect_all(member);
    }
  }
}

}  // namespace

void bind_argument_errors(nb::module_& m) {
  m.def(
      "_check_array",
      [](nb::handle value, const std::string& function, const std::string& argument) {
        to_argument(value.ptr(), function.c_str(), argument.c_str());
      },
      nb::arg("value").none(), nb::arg("function"), nb::arg("argument"));
  redirect_all(m);
}

}  // namespace lamina::python
