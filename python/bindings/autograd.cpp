// Gradients: of recorded arrays, and of functions.
#include "lamina/autograd/vjp.h"

#include <nanobind/stl/pair.h>

#include "bindings.h"
#include "casters.h"
#include "foreign.h"
#include "lamina/op/recording.h"

namespace lamina::python {

void bind_autograd(nb::module_& m) {
  m.def("gradients", &gradients, nb::arg("loss"), nb::arg("arrays"),
        "The gradients of a one-element loss with respect to recorded arrays. They can be "
        "differentiated again.\n"
        ">>> w = lm.nn.Parameter(lm.array([1.0, 2.0]))\n"
        ">>> lm.gradients(lm.sum(w * w), [w])\n"
        "[array([2, 4], dtype=float32)]");
  m.def("_vjp", [](const std::vector<Array>& outputs, const std::vector<Array>& cotangents,
                   const std::vector<Array>& inputs) { return vjp(outputs, cotangents, inputs); });
  m.def("stop_gradient", &stop_gradient, nb::arg("x"),
        "The same value, through which no gradient flows.\n"
        ">>> lm.grad(lambda x: lm.sum(x * lm.stop_gradient(x)))(lm.array([1.0, 2.0]))\n"
        "[1, 2]");
  m.def("_value_and_grad", [](nb::callable function, std::vector<Array> arguments) {
    // Shared memory could change between the function and its gradient.
    for (Array& argument : arguments) argument = own_memory(std::move(argument));
    return value_and_grad_of([&](const std::vector<Array>& aliases) {
      return nb::cast<Array>(function(aliases));
    })(arguments);
  });
  m.def("_set_gradients", [](bool on) { return std::exchange(recording().gradients, on); });
}

}  // namespace lamina::python
