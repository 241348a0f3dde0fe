// Transforms of functions: vjp, jvp, custom_vjp, checkpoint. What they look like in Python stands
// in lamina/autograd.py.
#include "bindings.h"
#include "casters.h"
#include "foreign.h"
#include "lamina/transform/checkpoint.h"
#include "lamina/transform/custom_vjp.h"
#include "shared_callable.h"

namespace lamina::python {
namespace {

std::vector<Array> own(std::vector<Array> arrays) {
  for (Array& array : arrays) array = own_memory(std::move(array));
  return arrays;
}

// A Python function of a list of arrays that returns one.
ArraysTransform transform_of(const nb::callable& function) {
  return [shared = share_callable(function)](const std::vector<Array>& arrays) {
    nb::gil_scoped_acquire gil;
    return nb::cast<std::vector<Array>>((*shared)(arrays));
  };
}

VjpRule rule_of(const nb::callable& function) {
  return [shared = share_callable(function)](const VjpCall& call) {
    nb::gil_scoped_acquire gil;
    nb::list results = nb::cast<nb::list>((*shared)(call.arguments, call.outputs, call.cotangents));
    std::vector<Array> cotangents;
    for (nb::handle result : results) {
      cotangents.push_back(result.is_none() ? Array() : nb::cast<Array>(result));
    }
    return cotangents;
  };
}

nb::object python_function(ArraysTransform f) {
  return nb::cpp_function([f = std::move(f)](std::vector<Array> arrays) { return f(own(arrays)); },
                          nb::arg("arrays"));
}

}  // namespace

void bind_transforms(nb::module_& m) {
  m.def("_vjp_of", [](const nb::callable& function, std::vector<Array> primals) {
    Pullback result = vjp(transform_of(function), own(std::move(primals)));
    return nb::make_tuple(std::move(result.outputs), python_function(std::move(result.pullback)));
  });
  m.def("_jvp_of",
        [](const nb::callable& function, std::vector<Array> primals, std::vector<Array> tangents) {
          Pushforward result =
              jvp(transform_of(function), own(std::move(primals)), own(std::move(tangents)));
          return nb::make_tuple(std::move(result.outputs), std::move(result.tangents));
        });
  m.def("_custom_vjp", [](const nb::callable& function, const nb::callable& rule) {
    return python_function(custom_vjp(transform_of(function), rule_of(rule)));
  });
  m.def("_checkpoint", [](const nb::callable& function) {
    return python_function(checkpoint(transform_of(function)));
  });
}

}  // namespace lamina::python
