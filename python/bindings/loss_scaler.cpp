#include "lamina/optim/loss_scaler.h"

#include "bindings.h"
#include "optimizer_arguments.h"

namespace lamina::python {

using optim::LossScaler;

void bind_loss_scaler(nb::module_& m) {
  nb::class_<LossScaler>(
      m, "LossScaler", nb::is_weak_referenceable(),
      "Loss scaling, for training in float16: multiplies the loss, divides the gradients, leaves "
      "out steps "
      "whose gradients overflow, and adapts the factor. `Trainer` does it by itself with "
      "`precision=\"float16\"`; bfloat16 needs none.\n"
      "Source: Micikevicius et al. 2018; the rule is that of torch.amp.GradScaler\n"
      "Errors: ValueError for numbers out of range; update raises it when no scale makes the "
      "gradients "
      "finite; StateError where there are no gradients\n\n"
      ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
      ">>> optimizer, scaler = lm.optim.SGD([w], lr=0.5), lm.optim.LossScaler(scale=1024)\n"
      ">>> scaler.scale(lm.sum(w * w)).backward()\n"
      ">>> scaler.step(optimizer)\n"
      "True\n"
      ">>> scaler.update()\n"
      ">>> w\n"
      "[0]")
      .def(
          "__init__",
          [](LossScaler* self, double scale, double growth_factor, double backoff_factor,
             int64_t growth_interval) {
            new (self) LossScaler({scale, growth_factor, backoff_factor, growth_interval});
          },
          nb::arg("scale") = 65536.0, nb::arg("growth_factor") = 2.0,
          nb::arg("backoff_factor") = 0.5, nb::arg("growth_interval") = 2000)
      .def("scale", &LossScaler::scale, nb::arg("loss"), "The loss times the scale.")
      .def("unscale", &LossScaler::unscale, nb::arg("optimizer"),
           "Divides the optimizer's gradients by the scale, for what looks at them before the "
           "step, such as "
           "clipping; `step` calls it where nobody has.")
      .def(
          "step",
          [](LossScaler& self, optim::Optimizer& optimizer, bool keep_grads) {
            ReleaseGil released;
            return self.step(optimizer, keep_grads);
          },
          nb::arg("optimizer"), nb::arg("keep_grads") = false,
          "The optimizer's step where all gradients are finite, else nothing; gives which.")
      .def("drop_gradients", &LossScaler::drop_gradients, nb::arg("optimizer"),
           "For a step that will not be made: drops its gradients.")
      .def("update", &LossScaler::update, "Takes the scale for the next step.")
      .def_prop_ro("current_scale", &LossScaler::current_scale)
      .def_prop_ro("skipped_steps", &LossScaler::skipped_steps, "Steps left out so far.")
      .def("state_dict", [](const LossScaler& self) { return to_dict(self.state_dict()); })
      .def(
          "load_state_dict",
          [](LossScaler& self, const nb::dict& state) { self.load_state_dict(from_dict(state)); },
          nb::arg("state"));
}

}  // namespace lamina::python
