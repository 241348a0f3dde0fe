// What can be asked of element types.
#include "lamina/ops/data_types.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/base/error.h"
#include "lamina/ops/creation.h"

namespace lamina::python {
namespace {

DType type_of(nb::handle object) {
  return is_array(object.ptr()) ? as_array_object(object.ptr())->value().dtype() : to_dtype(object);
}

bool is_kind(DType dtype, nb::handle kind) {
  if (nb::isinstance<nb::tuple>(kind)) {
    for (nb::handle part : kind) {
      if (is_kind(dtype, part)) return true;
    }
    return false;
  }
  if (!nb::isinstance<nb::str>(kind)) return to_dtype(kind) == dtype;
  return isdtype(dtype, nb::cast<std::string>(kind));
}

// Arrays, numbers and types among the arguments.
DType common_type(const nb::args& arguments) {
  std::vector<Array> arrays;
  for (nb::handle argument : arguments) {
    Array array;
    if (!PyType_Check(argument.ptr()) && to_operand(argument.ptr(), array)) {
      arrays.push_back(std::move(array));
    } else {
      arrays.push_back(zeros({0}, to_dtype(argument)));
    }
  }
  return result_type(arrays);
}

nb::object wrapped(DType dtype) { return nb::steal(dtype_object(dtype)); }

}  // namespace

void bind_data_types(nb::module_& m) {
  nb::class_<FloatInfo>(m, "FloatInfo",
                        "The limits of a floating-point type.\n"
                        ">>> lm.finfo(lm.float16).max\n"
                        "65504.0")
      .def_ro("bits", &FloatInfo::bits, "Its size.")
      .def_ro("eps", &FloatInfo::eps, "The step from 1 to the next value.")
      .def_ro("max", &FloatInfo::max, "The largest finite value.")
      .def_ro("min", &FloatInfo::min, "The most negative finite value.")
      .def_ro("smallest_normal", &FloatInfo::smallest_normal,
              "Values below this one may be flushed to 0.")
      .def_prop_ro("dtype", [](const FloatInfo& info) { return wrapped(info.dtype); });
  nb::class_<IntegerInfo>(m, "IntegerInfo",
                          "The limits of an integer type.\n"
                          ">>> lm.iinfo(lm.int8).min\n"
                          "-128")
      .def_ro("bits", &IntegerInfo::bits, "Its size.")
      .def_ro("max", &IntegerInfo::max, "The largest value.")
      .def_ro("min", &IntegerInfo::min, "The smallest value.")
      .def_prop_ro("dtype", [](const IntegerInfo& info) { return wrapped(info.dtype); });
  m.def(
      "finfo", [](nb::handle type) { return finfo(type_of(type)); }, nb::arg("type"),
      "The limits of a floating-point type, or of an array's.\n"
      ">>> lm.finfo(lm.float32).bits\n32");
  m.def(
      "iinfo", [](nb::handle type) { return iinfo(type_of(type)); }, nb::arg("type"),
      "The limits of an integer type, or of an array's.\n>>> lm.iinfo(lm.uint8).max\n255");
  m.def(
      "can_cast",
      [](nb::handle from, nb::handle to) { return can_cast(type_of(from), to_dtype(to)); },
      nb::arg("from_"), nb::arg("to"),
      "Whether promotion turns a type, or an array's, into another.\n"
      ">>> lm.can_cast(lm.int8, lm.int16)\nTrue");
  m.def(
      "isdtype", [](nb::handle dtype, nb::handle kind) { return is_kind(to_dtype(dtype), kind); },
      nb::arg("dtype"), nb::arg("kind"),
      "Whether a type is another one, or of a kind: 'bool', 'signed integer', 'unsigned integer',\n"
      "'integral', 'real floating', 'complex floating', 'numeric'; or of one of several.\n"
      ">>> lm.isdtype(lm.int8, 'integral')\nTrue");
  m.def(
      "result_type", [](const nb::args& arguments) { return wrapped(common_type(arguments)); },
      "The type of a result that mixes arrays, numbers and types; numbers do not widen it.\n"
      ">>> lm.result_type(lm.int8, lm.uint8, 1)\nint16");
}

}  // namespace lamina::python
