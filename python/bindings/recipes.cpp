#include "recipes.h"

#include <nanobind/stl/shared_ptr.h>

#include <string>

#include "bindings.h"
#include "lamina/nn/init.h"
#include "lamina/nn/sequential.h"
#include "shared_callable.h"

namespace lamina::python {

using nn::Module;

namespace {

// Of the submodules "_optim", "_data", "_train": what may be pickled without being a module.
bool is_training_type(nb::handle type) {
  const auto place = nb::cast<std::string>(type.attr("__module__"));
  return place.ends_with("._optim") || place.ends_with("._data") || place.ends_with("._train");
}

bool is_module(nb::handle type) {
  return PyType_IsSubtype(reinterpret_cast<PyTypeObject*>(type.ptr()),
                          reinterpret_cast<PyTypeObject*>(nb::type<Module>().ptr()));
}

struct Call {
  nb::tuple arguments;
  nb::dict keywords;
};

Call call_of(PyObject* const* values, size_t first, size_t count, PyObject* names) {
  nb::list arguments;
  for (size_t i = first; i < count; ++i) arguments.append(nb::handle(values[i]));
  nb::dict keywords;
  for (Py_ssize_t k = 0; names && k < PyTuple_GET_SIZE(names); ++k) {
    keywords[nb::handle(PyTuple_GET_ITEM(names, k))] =
        nb::handle(values[count + static_cast<size_t>(k)]);
  }
  return {nb::tuple(arguments), std::move(keywords)};
}

}  // namespace

bool keeps_recipe(nb::handle scope, nb::handle function) {
  const auto name = nb::cast<std::string>(function.attr("__name__"));
  if (!nb::type_check(scope)) {
    const auto place = nb::cast<std::string>(scope.attr("__name__"));
    return place.ends_with("._models") || (place.ends_with("._train") && name == "k_fold");
  }
  if (is_module(scope)) {
    // Module itself is made by Python's classes, Sequential of what it holds.
    return name == "__init__" && !scope.is(nb::type<Module>()) &&
           !scope.is(nb::type<nn::Sequential>());
  }
  return is_training_type(scope) &&
         (name == "__init__" || name == "split" || name == "with_transforms" || name == "compile");
}

void note_recipe(nb::handle function, nb::handle result, PyObject* const* values, size_t count,
                 PyObject* names) {
  const bool constructor = result.is_none();
  nb::handle made = constructor ? nb::handle(values[0]) : result;
  const Call call = call_of(values, constructor, count, names);
  if (nb::isinstance<Module>(made)) {
    nb::object maker = nb::borrow(constructor ? nb::handle(made.type()) : function);
    const nb::tuple recipe = nb::make_tuple(maker, call.arguments, call.keywords);
    return nb::cast<Module&>(made).set_recipe(share_callable(recipe));
  }
  nb::object note = nb::module_::import_("lamina.recipes").attr("note");
  note(made, constructor ? nb::object(nb::str("__init__")) : function.attr("__name__"),
       call.arguments, call.keywords);
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
