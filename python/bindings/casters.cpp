#include "casters.h"

#include <algorithm>

#include "lamina/base/error.h"

namespace lamina::python {

int64_t to_int(nb::handle object, std::string_view what) {
  nb::object index = nb::steal(PyNumber_Index(object.ptr()));
  if (!index.is_valid()) {
    PyErr_Clear();
    throw DTypeError(text(what, ": expected an integer, got ", nb::repr(object).c_str()));
  }
  int overflow;
  long long value = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
  if (overflow)
    throw ValueError(text(what, ": ", nb::repr(object).c_str(), " does not fit into 64 bits"));
  return value;
}

int64_t to_offset(nb::handle object, std::string_view what) {
  constexpr long long kLimit = 1ll << 62;
  if (!PyLong_Check(object.ptr())) return to_int(object, what);
  int overflow;
  const long long value = PyLong_AsLongLongAndOverflow(object.ptr(), &overflow);
  if (overflow) return overflow < 0 ? -kLimit : kLimit;
  return std::clamp(value, -kLimit, kLimit);
}

IntList to_int_list(nb::handle object, std::string_view what) {
  if (nb::isinstance<nb::int_>(object) || !PySequence_Check(object.ptr()))
    return {to_int(object, what)};
  IntList list;
  for (nb::handle item : object) list.push_back(to_int(item, what));
  return list;
}

std::vector<double> to_numbers(nb::handle object, std::string_view what) {
  std::vector<double> numbers;
  double number = 0;
  if (nb::try_cast(object, number)) return {number};
  if (nb::isinstance<nb::str>(object) || !nb::try_cast(object, numbers)) {
    throw DTypeError(text(what, ": expected a number or a list of numbers, got ",
                          nb::repr(object).c_str()));
  }
  return numbers;
}

IntList sizes_of(const nb::args& arguments, std::string_view what) {
  return to_int_list(arguments.size() == 1 ? nb::handle(arguments[0]) : nb::handle(arguments),
                     what);
}

Axes to_axes(nb::handle object, std::string_view what) {
  return object.is_none() ? Axes() : Axes(to_int_list(object, what));
}

void check_device(nb::handle device, std::string_view function) {
  if (device.is_none() || (nb::isinstance<nb::str>(device) && device.equal(nb::str("cpu")))) return;
  throw ValueError(text(function, ": there is no device ", nb::repr(device).c_str()))
      .help("\"cpu\" is the only one");
}

nb::tuple shape_tuple(const Shape& shape) {
  nb::object tuple = nb::steal(PyTuple_New(shape.rank()));
  for (int axis = 0; axis < shape.rank(); ++axis) {
    PyTuple_SET_ITEM(tuple.ptr(), axis, PyLong_FromLongLong(shape[static_cast<size_t>(axis)]));
  }
  return nb::borrow<nb::tuple>(tuple);
}

void add_methods(nb::module_& m, std::initializer_list<const char*> names) {
  nb::handle type(reinterpret_cast<PyObject*>(array_type));
  for (const char* name : names) {
    nb::object method = nb::steal(PyInstanceMethod_New(nb::object(m.attr(name)).ptr()));
    nb::setattr(type, name, method);
  }
}

}  // namespace lamina::python
