#include "module_object.h"

#include <utility>

#include "lamina/base/error.h"

namespace lamina::python {
namespace {

// The call that is on its way from Python through nn::Module::call to forward_all.
struct Call {
  const nb::args& arguments;
  const nb::kwargs& keywords;
  nb::object result;
};
thread_local Call* pending_call = nullptr;

nb::object forward_of(nb::handle self) {
  static nb::handle base = nb::object(nb::type<nn::Module>().attr("forward")).release();
  if (nb::object(nb::handle(reinterpret_cast<PyObject*>(Py_TYPE(self.ptr()))).attr("forward"))
          .is(base)) {
    throw StateError(text(Py_TYPE(self.ptr())->tp_name, " has no forward"))
        .help("define forward(self, x)");
  }
  return self.attr("forward");
}

// Errors that a forward in Python raises pass through C++ as they are; here they learn where they
// arose.
void locate(nb::python_error& error, const nn::Module& module) {
  nb::object base = nb::module_::import_("lamina.errors").attr("Error");
  if (!nb::isinstance(error.value(), base) || module.path().empty()) return;
  if (!nb::cast<std::string>(error.value().attr("where")).empty()) return;
  error.value().attr("_locate")(module.path().c_str(), module.description().c_str());
}

template <class F>
nb::object located(const nn::Module& module, F&& f) {
  try {
    return f();
  } catch (nb::python_error& error) {
    locate(error, module);
    throw;
  }
}

void collect(nb::handle value, std::vector<Array>& found) {
  if (is_array(value.ptr())) {
    found.push_back(as_array_object(value.ptr())->value());
  } else if (nb::isinstance<nb::tuple>(value) || nb::isinstance<nb::list>(value)) {
    for (nb::handle item : value) collect(item, found);
  }
}

}  // namespace

Array PyModule::forward(Array x) {
  nb::gil_scoped_acquire gil;
  nb::object argument = nb::steal(wrap(std::move(x)));
  nb::object result =
      located(*this, [&] { return forward_of(nb_trampoline.base())(std::move(argument)); });
  Array array;
  if (!to_operand(result.ptr(), array)) {
    throw DTypeError(text(kind(), ": forward returned a ", Py_TYPE(result.ptr())->tp_name,
                          ", expected an array"));
  }
  return array;
}

std::vector<Array> PyModule::forward_all(std::vector<Array> inputs) {
  Call* call = std::exchange(pending_call, nullptr);
  if (!call) return nn::Module::forward_all(std::move(inputs));
  call->result = located(
      *this, [&] { return forward_of(nb_trampoline.base())(*call->arguments, **call->keywords); });
  std::vector<Array> outputs;
  collect(call->result, outputs);
  return outputs;
}

std::string PyModule::kind() const {
  nb::gil_scoped_acquire gil;
  return nb::cast<std::string>(
      nb::handle(reinterpret_cast<PyObject*>(Py_TYPE(nb_trampoline.base().ptr())))
          .attr("__name__"));
}

nb::object PyModule::call_from_python(const nb::args& arguments, const nb::kwargs& keywords) {
  Call call{arguments, keywords, {}};
  Call* outer = std::exchange(pending_call, &call);
  try {
    this->call({});
  } catch (...) {
    pending_call = outer;
    throw;
  }
  pending_call = outer;
  return std::move(call.result);
}

}  // namespace lamina::python
