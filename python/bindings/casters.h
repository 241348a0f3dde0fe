// How nanobind passes arrays; and arguments that callers write in several ways.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <string_view>

#include "array_object.h"
#include "dtype_object.h"
#include "errors.h"
#include "lamina/core/shape.h"
#include "lamina/op/reduction.h"

namespace lamina::python {

// 3 or (3, 4); `what` names function and argument: "reshape: shape".
IntList to_int_list(nb::handle object, std::string_view what);
// An int, a sequence of ints, or None for all axes.
Axes to_axes(nb::handle object, std::string_view what);
int64_t to_int(nb::handle object, std::string_view what);
// The same for offsets of which large ones are all alike: beyond 2^62 they stop there.
int64_t to_offset(nb::handle object, std::string_view what);
// 0.5 or (0.5, 2).
std::vector<double> to_numbers(nb::handle object, std::string_view what);
// A device of a call: None or "cpu"; ValueError otherwise.
void check_device(nb::handle device, std::string_view function);

nb::tuple shape_tuple(const Shape& shape);

// *sizes of a method: x.reshape(2, 3) and x.reshape((2, 3)) mean the same.
IntList sizes_of(const nb::args& arguments, std::string_view what);

// Makes functions of the module methods of lamina.Array, under the same names.
void add_methods(nb::module_& m, std::initializer_list<const char*> names);

}  // namespace lamina::python

namespace nanobind::detail {

template <>
struct type_caster<lamina::Array> {
  NB_TYPE_CASTER(lamina::Array, const_name("Array"))

  bool from_python(handle source, uint8_t, cleanup_list*) noexcept {
    try {
      return lamina::python::to_operand(source.ptr(), value);
    } catch (...) {
      PyErr_Clear();
      return false;
    }
  }
  static handle from_cpp(lamina::Array array, rv_policy, cleanup_list*) noexcept {
    return lamina::python::guard([&] { return lamina::python::wrap(std::move(array)); });
  }
};

// Parameters and buffers of modules; in Python one object for each variable.
template <>
struct type_caster<lamina::Parameter> {
  NB_TYPE_CASTER(lamina::Parameter, const_name("Parameter"))

  bool from_python(handle source, uint8_t, cleanup_list*) noexcept {
    if (!lamina::python::is_array(source.ptr())) return false;
    const auto& variable = lamina::python::as_array_object(source.ptr())->variable;
    if (!variable) return false;
    value = lamina::Parameter(variable);
    return true;
  }
  static handle from_cpp(const lamina::Parameter& parameter, rv_policy, cleanup_list*) noexcept {
    return lamina::python::guard([&] { return lamina::python::wrap(parameter.variable()); });
  }
};

}  // namespace nanobind::detail
