#include "recipes.h"

#include <nanobind/stl/shared_ptr.h>

#include <string>

#include "bindings.h"
#include "lamina/nn/init.h"
#include "lamina/nn/sequential.h"
#include "shared_callable.h"

namespace lamina::python {

using nn::Module;

bool makes_modules(nb::handle scope, nb::handle function) {
  if (nb::type_check(scope)) {
    const bool is_module =
        PyType_IsSubtype(reinterpret_cast<PyTypeObject*>(scope.ptr()),
                         reinterpret_cast<PyTypeObject*>(nb::type<Module>().ptr()));
    // Module itself is made by Python's classes, Sequential of what it holds.
    return is_module && !scope.is(nb::type<Module>()) && !scope.is(nb::type<nn::Sequential>()) &&
           nb::cast<std::string>(function.attr("__name__")) == "__init__";
  }
  return nb::cast<std::string>(scope.attr("__name__")).ends_with("._models");
}

void note_recipe(nb::handle function, nb::handle result, PyObject* const* values, size_t count,
                 PyObject* names) {
  const bool constructor = result.is_none();
  nb::handle made = constructor ? nb::handle(values[0]) : result;
  if (!nb::isinstance<Module>(made)) return;
  nb::list arguments;
  for (size_t i = constructor ? 1 : 0; i < count; ++i) arguments.append(nb::handle(values[i]));
  nb::dict keywords;
  for (Py_ssize_t k = 0; names && k < PyTuple_GET_SIZE(names); ++k) {
    keywords[nb::handle(PyTuple_GET_ITEM(names, k))] =
        nb::handle(values[count + static_cast<size_t>(k)]);
  }
  nb::object maker = nb::borrow(constructor ? nb::handle(made.type()) : function);
  const nb::tuple recipe = nb::make_tuple(maker, nb::tuple(arguments), keywords);
  nb::cast<Module&>(made).set_recipe(share_callable(recipe));
}

void bind_recipes(nb::module_& m) {
  m.def(
      "_recipe",
      [](const Module& module) -> nb::object {
        if (!module.recipe()) return nb::none();
        return nb::borrow(*static_cast<const nb::object*>(module.recipe().get()));
      },
      nb::arg("module"));
  m.def(
      "_make",
      [](nb::handle maker, const nb::tuple& arguments, const nb::dict& keywords) {
        const nn::init::Skip values_come_later;
        return nb::object(maker(*arguments, **keywords));
      },
      nb::arg("maker"), nb::arg("arguments"), nb::arg("keywords"));
}

}  // namespace lamina::python
