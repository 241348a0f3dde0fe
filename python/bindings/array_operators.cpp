// The operators of lamina.Array, as number slots. What they do is recorded, in about 30 ns.
#include <array>

#include "array_object.h"
#include "errors.h"
#include "lamina/ir/node.h"
#include "lamina/op/op.h"
#include "lamina/ops/linear.h"

namespace lamina::python {
namespace {

enum Operator {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kFloorDivide,
  kRemainder,
  kPower,
  kLess,
  kLessEqual,
  kEqual,
  kNotEqual,
  kGreater,
  kGreaterEqual,  // in CPython's order of Py_LT ..
  kNegative,
  kAbsolute,
  kBitwiseAnd,
  kBitwiseOr,
  kBitwiseXor,
  kBitwiseInvert,
  kLeftShift,
  kRightShift,
  kOperators
};
// Before Py_GT comes Py_NE, as in the list above.
static_assert(kLess + Py_LE == kLessEqual && kLess + Py_EQ == kEqual &&
              kLess + Py_NE == kNotEqual && kLess + Py_GT == kGreater &&
              kLess + Py_GE == kGreaterEqual);

constexpr const char* kNames[kOperators] = {"add",
                                            "subtract",
                                            "multiply",
                                            "divide",
                                            "floor_divide",
                                            "remainder",
                                            "power",
                                            "less",
                                            "less_equal",
                                            "equal",
                                            "not_equal",
                                            "greater",
                                            "greater_equal",
                                            "negative",
                                            "absolute",
                                            "bitwise_and",
                                            "bitwise_or",
                                            "bitwise_xor",
                                            "bitwise_invert",
                                            "bitwise_left_shift",
                                            "bitwise_right_shift"};
const Op* ops[kOperators];

PyObject* not_implemented() { Py_RETURN_NOTIMPLEMENTED; }

// A Python float or int beside an array takes the array's type here and now, which record() would
// do with one node more. False where the types have to be worked out.
bool number_beside(PyObject* object, PyObject* other, const Op& op, Array& out) {
  if (Py_TYPE(other) != array_type) return false;
  const Array& array = as_array_object(other)->array;
  const Node* node = array.node();
  const DType dtype = node->spec.dtype;
  if (node->has(kWeak)) return false;
  if (PyFloat_CheckExact(object)) {
    if (!is_floating(dtype)) return false;
    out = make_number(PyFloat_AS_DOUBLE(object), dtype, false);
    return true;
  }
  if (!PyLong_CheckExact(object)) return false;
  if (!is_floating(dtype) && (!is_integer(dtype) || op.types == Types::Floating)) return false;
  int overflow;
  long long value = PyLong_AsLongLongAndOverflow(object, &overflow);
  if (overflow || !holds(dtype, value)) return false;  // record() says what is wrong
  out = make_number(static_cast<int64_t>(value), dtype, false);
  return true;
}

PyObject* record_two(Operator which, PyObject* a, PyObject* b) {
  return guard([&]() -> PyObject* {
    std::array<Array, 2> inputs;
    const Op* op = ops[which];
    if (!op) return not_implemented();
    if (!number_beside(a, b, *op, inputs[0]) && !to_operand(a, inputs[0])) return not_implemented();
    if (!number_beside(b, a, *op, inputs[1]) && !to_operand(b, inputs[1])) return not_implemented();
    return wrap(record_elementwise(*op, inputs));
  });
}

template <Operator kWhich>
PyObject* binary(PyObject* a, PyObject* b) {
  return record_two(kWhich, a, b);
}

template <Operator kWhich>
PyObject* unary(PyObject* a) {
  return guard([&]() -> PyObject* {
    Array input;
    if (!ops[kWhich] || !to_operand(a, input)) return not_implemented();
    return wrap(record(*ops[kWhich], std::span(&input, 1), {}));
  });
}

// The op takes matrices only; the function also vectors and batches.
PyObject* matrix_multiply(PyObject* a, PyObject* b) {
  return guard([&]() -> PyObject* {
    Array x, y;
    if (!to_operand(a, x) || !to_operand(b, y)) return not_implemented();
    return wrap(matmul(std::move(x), std::move(y)));
  });
}

PyObject* positive(PyObject* a) {
  Py_INCREF(a);
  return a;
}

PyObject* power(PyObject* a, PyObject* b, PyObject* modulus) {
  if (modulus != Py_None) return not_implemented();
  return record_two(kPower, a, b);
}

PyObject* compare(PyObject* a, PyObject* b, int comparison) {
  return record_two(static_cast<Operator>(kLess + comparison), a, b);
}

int truth(PyObject* a) {
  return guard(
      [&] {
        Array array = as_array_object(a)->value();
        ReleaseGil released;
        return static_cast<int>(array.item<bool>());
      },
      -1);
}

PyObject* to_int(PyObject* a) {
  return guard([&]() -> PyObject* {
    Array array = as_array_object(a)->value();
    if (is_floating(array.dtype())) {
      double value;
      {
        ReleaseGil released;
        value = array.item<double>();
      }
      return PyLong_FromDouble(value);
    }
    if (array.dtype() == DType::UInt64) {
      uint64_t value;
      {
        ReleaseGil released;
        value = array.item<uint64_t>();
      }
      return PyLong_FromUnsignedLongLong(value);
    }
    int64_t value;
    {
      ReleaseGil released;
      value = array.item<int64_t>();
    }
    return PyLong_FromLongLong(value);
  });
}

PyObject* to_index(PyObject* a) {
  DType dtype = as_array_object(a)->value().dtype();
  if (is_integer(dtype)) return to_int(a);
  PyErr_Format(PyExc_TypeError, "expected an integer, got an array of %s", name(dtype));
  return nullptr;
}

PyObject* to_float(PyObject* a) {
  return guard([&]() -> PyObject* {
    Array array = as_array_object(a)->value();
    double value;
    {
      ReleaseGil released;
      value = array.item<double>();
    }
    return PyFloat_FromDouble(value);
  });
}

template <class F>
void* slot(F* function) {
  return reinterpret_cast<void*>(function);
}

}  // namespace

PyType_Slot number_slots[] = {
    {Py_nb_add, slot(&binary<kAdd>)},
    {Py_nb_subtract, slot(&binary<kSubtract>)},
    {Py_nb_multiply, slot(&binary<kMultiply>)},
    {Py_nb_true_divide, slot(&binary<kDivide>)},
    {Py_nb_floor_divide, slot(&binary<kFloorDivide>)},
    {Py_nb_remainder, slot(&binary<kRemainder>)},
    {Py_nb_matrix_multiply, slot(&matrix_multiply)},
    {Py_nb_power, slot(&power)},
    {Py_nb_negative, slot(&unary<kNegative>)},
    {Py_nb_positive, slot(&positive)},
    {Py_nb_absolute, slot(&unary<kAbsolute>)},
    {Py_nb_invert, slot(&unary<kBitwiseInvert>)},
    {Py_nb_and, slot(&binary<kBitwiseAnd>)},
    {Py_nb_or, slot(&binary<kBitwiseOr>)},
    {Py_nb_xor, slot(&binary<kBitwiseXor>)},
    {Py_nb_lshift, slot(&binary<kLeftShift>)},
    {Py_nb_rshift, slot(&binary<kRightShift>)},
    {Py_nb_bool, slot(&truth)},
    {Py_nb_int, slot(&to_int)},
    {Py_nb_index, slot(&to_index)},
    {Py_nb_float, slot(&to_float)},
    {Py_tp_richcompare, slot(&compare)},
    {0, nullptr},
};

void find_operators() {
  for (int i = 0; i < kOperators; ++i) ops[i] = op::find(kNames[i]);
}

}  // namespace lamina::python
