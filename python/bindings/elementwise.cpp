// Every element-wise op as a function f(x[, y, ..]), straight from the table of ops.
#include <deque>
#include <string>
#include <utility>

#include "array_object.h"
#include "bindings.h"
#include "errors.h"
#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/op/op.h"

namespace lamina::python {
namespace {

constexpr size_t kMostInputs = 8;

void take_keyword(const Op& op, PyObject* name, PyObject* value, PyObject** arguments) {
  for (size_t i = 0; i < op.inputs.size(); ++i) {
    if (PyUnicode_CompareWithASCIIString(name, op.inputs[i]) != 0) continue;
    if (arguments[i])
      throw DTypeError(text(op.name, ": argument ", op.inputs[i], " is given twice"));
    arguments[i] = value;
    return;
  }
  nanobind::list names;
  for (const char* input : op.inputs) names.append(input);
  nanobind::object error = nanobind::module_::import_("lamina.argument_errors")
                               .attr("unknown_keyword")(op.name, nanobind::handle(name), names);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.ptr())), error.ptr());
  throw nanobind::python_error();
}

PyObject* call(const Op& op, PyObject* const* values, Py_ssize_t count, PyObject* keywords) {
  return guard([&]() -> PyObject* {
    const size_t expected = op.inputs.size();
    if (static_cast<size_t>(count) > expected) {
      throw DTypeError(text(op.name, ": expected ", expected, " arguments, got ", count));
    }
    PyObject* arguments[kMostInputs] = {};
    std::copy(values, values + count, arguments);
    if (keywords) {
      for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(keywords); ++k) {
        take_keyword(op, PyTuple_GET_ITEM(keywords, k), values[count + k], arguments);
      }
    }
    Array inputs[kMostInputs];
    for (size_t i = 0; i < expected; ++i) {
      if (arguments[i]) {
        if (!to_operand(arguments[i], inputs[i])) to_argument(arguments[i], op.name, op.inputs[i]);
      } else if (std::optional<double> number = op.default_of(i)) {
        inputs[i] = Array(*number);
      } else {
        throw DTypeError(text(op.name, ": argument ", op.inputs[i], " is missing"));
      }
    }
    return wrap(record_elementwise(op, {inputs, expected}));
  });
}

// A builtin function has no place for the op that it stands for, but an address of its own: as many
// are made as there may ever be ops. (A place would be its `self`; with one that is not a module
// functions would print, and pickle, as methods.)
constexpr size_t kMostFunctions = 512;
const Op* functions[kMostFunctions];

template <size_t I>
PyObject* thunk(PyObject*, PyObject* const* values, Py_ssize_t count, PyObject* keywords) {
  return call(*functions[I], values, count, keywords);
}
template <size_t... I>
constexpr auto make_thunks(std::index_sequence<I...>) {
  return std::array<_PyCFunctionFastWithKeywords, sizeof...(I)>{&thunk<I>...};
}
constexpr auto thunks = make_thunks(std::make_index_sequence<kMostFunctions>());

// "relu(x)\n--\n\nRectified linear unit..": help() and inspect.signature read it.
std::string documentation(const Op& op) {
  std::string out = text(op.name, "(");
  for (size_t i = 0; i < op.inputs.size(); ++i) {
    out += text(i > 0 ? ", " : "", op.inputs[i]);
    if (std::optional<double> number = op.default_of(i)) out += text("=", *number);
  }
  return out + ")\n--\n\n" + op.doc;
}

}  // namespace

void bind_elementwise(nanobind::module_& m) {
  static std::deque<std::string> documents;  // method tables keep pointers
  static std::deque<PyMethodDef> definitions;
  nanobind::object module_name = m.attr("__name__");
  size_t next = 0;
  for (const Op* op : op::all()) {
    if (!op->elementwise || op->types == Types::Cast) continue;
    if (next == kMostFunctions || op->inputs.size() > kMostInputs) {
      throw InternalError(text("bindings: no place for the op ", op->name));
    }
    functions[next] = op;
    documents.push_back(documentation(*op));
    auto* function = reinterpret_cast<void (*)()>(thunks[next]);
    definitions.push_back({op->name, reinterpret_cast<PyCFunction>(function),
                           METH_FASTCALL | METH_KEYWORDS, documents.back().c_str()});
    m.attr(op->name) =
        nanobind::steal(PyCFunction_NewEx(&definitions.back(), m.ptr(), module_name.ptr()));
    ++next;
  }
}

}  // namespace lamina::python
