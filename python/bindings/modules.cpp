// lamina.nn.Module: the C++ class, which Python subclasses.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>

#include "bindings.h"
#include "casters.h"
#include "convert.h"
#include "foreign.h"
#include "lamina/base/error.h"
#include "lamina/nn/check_shapes.h"
#include "lamina/nn/evaluation_mode.h"
#include "lamina/nn/sequential.h"
#include "lamina/nn/summary.h"
#include "module_object.h"

namespace lamina::python {
namespace {

using nn::Module;

nb::object call(nb::handle self, const nb::args& arguments, const nb::kwargs& keywords) {
  auto& module = nb::cast<Module&>(self);
  if (auto* python_module = dynamic_cast<PyModule*>(&module)) {
    return python_module->call_from_python(arguments, keywords);
  }
  if (keywords.size() > 0) {
    throw DTypeError(text(module.kind(), ": expected arrays, got the keyword '",
                          nb::str(nb::list(keywords.keys())[0]).c_str(), "'"));
  }
  std::vector<Array> inputs;
  for (nb::handle argument : arguments) {
    inputs.push_back(to_argument(argument.ptr(), module.kind().c_str(), "input"));
  }
  if (inputs.size() == 1) return nb::cast(module(std::move(inputs[0])));
  std::vector<Array> outputs = module.call(std::move(inputs));
  return outputs.size() == 1 ? nb::cast(outputs[0]) : nb::object(nb::tuple(nb::cast(outputs)));
}

// self.name = value: modules and parameters become part of this module.
void set_attribute(nb::handle self, nb::str name, nb::handle value) {
  const bool is_module = nb::isinstance<Module>(value);
  const bool is_parameter = Py_TYPE(value.ptr()) == parameter_type;
  if ((is_module || is_parameter) && !nb::inst_ready(self)) {
    throw StateError(text(Py_TYPE(self.ptr())->tp_name, ": '", name.c_str(),
                          "' is set before the module is made"))
        .help("call super().__init__() first");
  }
  if (is_module) {
    nb::cast<Module&>(self).add_shared(name.c_str(), nb::cast<std::shared_ptr<Module>>(value));
  } else if (is_parameter) {
    auto& module = nb::cast<Module&>(self);
    Parameter parameter = nb::cast<Parameter>(value);
    parameter->trainable() ? module.share_parameter(name.c_str(), parameter)
                           : module.share_buffer(name.c_str(), parameter);
  } else if (is_array(value.ptr()) && nb::inst_ready(self)) {
    for (const auto& [own, parameter] : nb::cast<Module&>(self).own_parameters()) {
      if (own != name.c_str()) continue;
      throw StateError(text("'", own, "' is a parameter: an array cannot take its place"))
          .help(text("give it a value with .", own, ".value = .."));
    }
  }
  if (PyObject_GenericSetAttr(self.ptr(), name.ptr(), value.ptr()) != 0) throw nb::python_error();
}

// What C++ has put into the module: children, parameters, buffers.
nb::object get_attribute(nb::handle self, nb::str name) {
  if (nb::inst_ready(self)) {
    auto& module = nb::cast<Module&>(self);
    for (const auto& [own, child] : module.children()) {
      if (own == name.c_str()) return nb::cast(child);
    }
    for (const auto& [own, parameter] : module.own_parameters()) {
      if (own == name.c_str()) return nb::cast(parameter);
    }
    for (const auto& [own, buffer] : module.own_buffers()) {
      if (own == name.c_str()) return nb::cast(buffer);
    }
  }
  PyErr_Format(PyExc_AttributeError, "'%s' object has no attribute '%U'",
               Py_TYPE(self.ptr())->tp_name, name.ptr());
  throw nb::python_error();
}

nb::dict to_dict(const nn::StateDict& state) {
  nb::dict out;
  for (const auto& [name, value] : state) out[name.c_str()] = nb::cast(value);
  return out;
}

nn::StateDict to_state(const nb::dict& values) {
  nn::StateDict state;
  for (auto [name, value] : values) {
    state.emplace_back(nb::cast<std::string>(name),
                       own_memory(to_argument(value.ptr(), "load_state_dict", "value")));
  }
  return state;
}

nb::object buffer(nb::handle self, const std::string& name, Array value) {
  Parameter made = nb::cast<Module&>(self).buffer(name, own_memory(std::move(value)));
  return nb::cast(made);
}

// (name, value, whether it is a buffer) of the module itself, in the order children, parameters,
// buffers. A parameter that is frozen is no buffer, although neither is trained.
nb::list own(const Module& self) {
  nb::list out;
  for (const auto& [name, child] : self.children()) out.append(nb::make_tuple(name, child, false));
  for (const auto& [name, parameter] : self.own_parameters()) {
    out.append(nb::make_tuple(name, parameter, false));
  }
  for (const auto& [name, buffer] : self.own_buffers()) {
    out.append(nb::make_tuple(name, buffer, true));
  }
  return out;
}

void add(nb::handle self, const std::string& name, nb::handle value, bool buffer) {
  auto& module = nb::cast<Module&>(self);
  if (nb::isinstance<Module>(value)) {
    module.add_shared(name, nb::cast<std::shared_ptr<Module>>(value));
  } else if (buffer) {
    module.share_buffer(name, nb::cast<Parameter>(value));
  } else {
    module.share_parameter(name, nb::cast<Parameter>(value));
  }
}

nb::object clone(nb::handle self, nb::handle memo) {
  return nb::module_::import_("lamina.cloning").attr("clone")(self, memo);
}

nn::SizedShape to_sized_shape(nb::handle shape) {
  if (!nb::isinstance<nb::tuple>(shape) && !nb::isinstance<nb::list>(shape)) {
    throw DTypeError("check: a shape is a tuple of numbers and names")
        .detail("got", nb::cast<std::string>(nb::repr(shape)))
        .help("for example (\"n\", 3, 224, 224)");
  }
  nn::SizedShape sizes;
  for (nb::handle size : nb::iter(shape)) {
    if (nb::isinstance<nb::str>(size)) {
      sizes.emplace_back(nb::cast<std::string>(size));
    } else if (nb::isinstance<nb::int_>(size)) {
      sizes.emplace_back(nb::cast<int64_t>(size));
    } else {
      throw DTypeError("check: a size is a number or a name")
          .detail("got", nb::cast<std::string>(nb::repr(size)))
          .help("name a size that varies: \"n\"");
    }
  }
  return sizes;
}

nb::object to_tuple(const nn::SizedShape& shape) {
  nb::list sizes;
  for (const nn::Size& size : shape) {
    if (size.name.empty()) {
      sizes.append(size.value);
    } else {
      sizes.append(size.name);
    }
  }
  return nb::tuple(sizes);
}

void collect_arrays(nb::handle result, std::vector<Array>& arrays) {
  if (nb::isinstance<nb::tuple>(result) || nb::isinstance<nb::list>(result)) {
    for (nb::handle part : nb::iter(result)) collect_arrays(part, arrays);
  } else if (nb::isinstance<nb::dict>(result)) {
    for (auto [name, part] : nb::borrow<nb::dict>(result)) collect_arrays(part, arrays);
  } else {
    arrays.push_back(to_argument(result.ptr(), "check", "output"));
  }
}

nb::object check(nb::handle self, const nb::args& shapes, nb::handle dtype) {
  std::vector<nn::SizedInput> inputs;
  const bool one_each = nb::isinstance<nb::list>(dtype) || nb::isinstance<nb::tuple>(dtype);
  if (one_each && nb::len(dtype) != shapes.size()) {
    throw ValueError(text("check: ", shapes.size(), " shapes and ", nb::len(dtype), " dtypes"));
  }
  for (size_t i = 0; i < shapes.size(); ++i) {
    const nb::object type = one_each ? nb::object(dtype[i]) : nb::borrow(dtype);
    inputs.push_back({to_sized_shape(shapes[i]), to_dtype(type, float32)});
  }
  if (inputs.empty()) throw ValueError("check: no shape is given");
  const auto& module = nb::cast<const Module&>(self);
  const nn::EvaluationMode mode(nb::cast<Module&>(self));
  bool several = false;
  const auto call_self = [&](std::vector<Array> arrays) {
    nb::list arguments;
    for (Array& x : arrays) arguments.append(nb::cast(std::move(x)));
    nb::object result;
    try {
      result = self(*nb::tuple(arguments));
    } catch (nb::python_error& error) {
      std::string tried;
      for (nb::handle x : arguments) tried += text(" ", nb::cast<Array>(x).shape());
      error.value().attr("add_note")(text("  check tried inputs of", tried,
                                          "; where a size must have one value, give the number")
                                         .c_str());
      throw;
    }
    several = !nb::isinstance<Array>(result);
    std::vector<Array> outputs;
    collect_arrays(result, outputs);
    return outputs;
  };
  const auto outputs = nn::check_shapes(call_self, module.kind(), inputs);
  if (!several) return to_tuple(outputs.at(0));
  nb::list all;
  for (const nn::SizedShape& shape : outputs) all.append(to_tuple(shape));
  return all;
}

}  // namespace

void bind_modules(nb::module_& m) {
  nb::class_<Module, PyModule>(
      m, "Module", nb::dynamic_attr(),
      "A function with state. Subclasses call super().__init__(), set child modules and "
      "parameters as attributes, and define forward.\n"
      ">>> class Twice(lm.nn.Module):\n"
      "...     def forward(self, x): return 2 * x\n"
      ">>> Twice()(lm.array([1.0, 2.0]))\n"
      "[2, 4]")
      .def(nb::init<>())
      .def("__call__", &call)
      .def(
          "forward", [](Module& self, Array x) { return self.Module::forward(std::move(x)); },
          nb::arg("x"), "What the module computes; subclasses define it with any arguments.")
      .def("__setattr__", &set_attribute, nb::arg("name"), nb::arg("value").none())
      .def("__getattr__", &get_attribute, nb::arg("name"))
      .def("__repr__", [](const Module& self) { return nn::to_string(self); })
      .def("buffer", &buffer, nb::arg("name"), nb::arg("value"),
           "State that is not trained, saved with the module; changed by update.")
      .def(
          "update",
          [](Module& self, const Parameter& buffer, Array value) {
            self.update(buffer, std::move(value));
          },
          nb::arg("buffer"), nb::arg("value"),
          "Gives a buffer its next value, which is computed together with what it depends on.")
      .def(
          "train",
          [](nb::object self, bool on) {
            nb::cast<Module&>(self).train(on);
            return self;
          },
          nb::arg("on") = true, "Training mode, of this module and all below it.")
      .def(
          "eval",
          [](nb::object self) {
            nb::cast<Module&>(self).eval();
            return self;
          },
          "Evaluation mode.")
      .def_prop_ro("training", &Module::training)
      .def("parameters", &Module::parameters, "All trainable arrays, each once.")
      .def("named_parameters", &Module::named_parameters, "Names and parameters, in order.")
      .def("named_buffers", &Module::named_buffers, "Names and buffers, in order.")
      .def(
          "named_modules", [](Module& self) { return self.named_modules(); },
          nb::rv_policy::reference_internal, "Names and modules, this one first.")
      .def(
          "children",
          [](Module& self) {
            nb::list out;
            for (const auto& [name, child] : self.children()) out.append(nb::cast(child));
            return out;
          },
          "The modules right below this one.")
      .def(
          "state_dict", [](const Module& self) { return to_dict(self.state_dict()); },
          "Parameters and buffers by name.")
      .def(
          "load_state_dict",
          [](Module& self, const nb::dict& state, bool strict) {
            self.load_state_dict(to_state(state), {strict});
          },
          nb::arg("state"), nb::arg("strict") = true,
          "Takes the values by name: all or none. A KeyError lists what is missing or unexpected.")
      .def(
          "apply",
          [](nb::object self, const nb::callable& f) {
            nb::cast<Module&>(self).apply(
                [&](Module& module) { f(nb::cast(&module, nb::rv_policy::reference)); });
            return self;
          },
          nb::arg("function"), "Calls function(module) for every module, children first.")
      .def(
          "requires_grad",
          [](nb::object self, bool on) {
            nb::cast<Module&>(self).requires_grad(on);
            return self;
          },
          nb::arg("on") = true, "Whether the parameters are trained; False freezes them.")
      .def(
          "clone", [](nb::handle self) { return clone(self, nb::none()); },
          "A deep copy, with parameters and buffers of its own; copy.deepcopy gives the same.\n"
          ">>> layer = lm.nn.Linear(2, 3)\n>>> layer.clone().weight is layer.weight\nFalse")
      .def("__deepcopy__", &clone, nb::arg("memo"))
      .def(
          "__reduce_ex__",
          [](nb::handle self, int) {
            return nb::module_::import_("lamina.pickling").attr("reduce_module")(self);
          },
          nb::sig("def __reduce_ex__(self, protocol: object) -> object"))
      .def("_clone", [](const Module& self) { return std::shared_ptr<Module>(self.clone()); })
      .def("_own", &own)
      .def("_add", &add, nb::arg("name"), nb::arg("value"), nb::arg("buffer"))
      .def("_set_training", &Module::set_training, nb::arg("on"))
      .def(
          "summary",
          [](Module& self, nb::handle input_shape, nb::handle dtype) {
            return nn::summary(self, to_int_list(input_shape, "summary: input_shape"),
                               to_dtype(dtype, float32));
          },
          nb::arg("input_shape"), nb::arg("dtype") = nb::none(),
          "A table, as text: the layers that an input of this shape runs through, with output "
          "shapes, parameters and operations. Nothing is computed.\n"
          ">>> print(lm.nn.Linear(2, 3).summary((1, 2)).splitlines()[-1].split(\" \")[0])\ntotal")
      .def(
          "check", &check, nb::arg("shapes"), nb::arg("dtype") = nb::none(),
          nb::sig("def check(self, *shapes, dtype=None)"),
          "What the model makes of inputs of these shapes, whose sizes may be named: the shape of "
          "the output, or a list of them. Nothing is computed; the model is recorded in evaluation "
          "mode at a few sizes. dtype is of all inputs, or a list of one each.\n"
          "Errors are those of forward, with the sizes at which they came.\n"
          ">>> lm.nn.Linear(2, 3).check((\"n\", 2))\n(\'n\', 3)\n"
          ">>> lm.nn.Conv2d(3, 8, 3, stride=2, padding=1).check((\"n\", 3, \"h\", \"w\"))\n"
          "(\'n\', 8, \'ceil(h/2)\', \'ceil(w/2)\')")
      .def("zero_grad", &Module::zero_grad, "Drops all gradients.")
      .def("parameter_count", &Module::parameter_count, "How many trainable numbers there are.")
      .def_prop_ro("path", &Module::path, "The place in the outermost module: \"features.0\".");
}

}  // namespace lamina::python
