#include "errors.h"

#include <nanobind/nanobind.h>

#include <new>
#include <typeinfo>

#include "lamina/base/error.h"

namespace lamina::python {
namespace nb = nanobind;

namespace {

// The classes are looked up when an error is raised: errors are rare, and importing stays cheap.
void set_lamina_error(const Error& error) {
  nb::list details;
  for (const auto& [label, value] : error.details())
    details.append(nb::make_tuple(label.c_str(), value.c_str()));
  nb::object type = nb::module_::import_("lamina.errors").attr(error.kind());
  nb::object instance = type(error.what(), error.where().c_str(), nb::tuple(details));
  PyErr_SetObject(type.ptr(), instance.ptr());
}

// Of exceptions that are not ours, where making the Python object may fail once more.
void set_error(const Error& error) noexcept {
  try {
    set_lamina_error(error);
  } catch (nb::python_error& e) {
    e.restore();
  }
}

}  // namespace

void set_python_error(const std::exception_ptr& exception) noexcept {
  try {
    try {
      std::rethrow_exception(exception);
    } catch (const Error& e) {
      set_lamina_error(e);
    }
  } catch (nb::python_error& e) {
    e.restore();
  } catch (nb::builtin_exception& e) {
    PyErr_SetString(
        e.type() == nb::exception_type::stop_iteration ? PyExc_StopIteration : PyExc_TypeError,
        e.what());
  } catch (const std::bad_alloc&) {
    set_error(OutOfMemory("the system gave no memory for what is not kept in arrays"));
  } catch (const std::bad_cast&) {  // nanobind's cast of an argument within a list
    set_error(DTypeError("an argument has the wrong type"));
  } catch (const std::exception& e) {
    PyErr_SetString(PyExc_RuntimeError, e.what());
  } catch (...) {
    PyErr_SetString(PyExc_RuntimeError, "an unknown C++ exception");
  }
}

}  // namespace lamina::python
