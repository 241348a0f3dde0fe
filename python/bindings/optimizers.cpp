// lamina.optim.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>

#include "bindings.h"
#include "casters.h"
#include "lamina/base/error.h"
#include "lamina/optim/adam.h"
#include "lamina/optim/clip.h"
#include "lamina/optim/rmsprop.h"
#include "lamina/optim/sgd.h"
#include "optimizer_arguments.h"

namespace lamina::python {
namespace {

using optim::Optimizer;

void bind_base(nb::module_& m) {
  nb::class_<Optimizer>(m, "Optimizer", nb::is_weak_referenceable(),
                        "Makes the next values of parameters from their gradients.\n"
                        ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
                        ">>> optimizer = lm.optim.SGD([w], lr=0.5)\n"
                        ">>> lm.sum(w * w).backward()\n"
                        ">>> optimizer.step()\n"
                        ">>> w\n"
                        "[0]")
      .def(
          "step",
          [](Optimizer& self, bool keep_grads) {
            ReleaseGil released;
            self.step(keep_grads);
          },
          nb::arg("keep_grads") = false,
          "Computes what is pending and the next values, as one program; the gradients are "
          "consumed.")
      .def(
          "step_if",
          [](Optimizer& self, const Array& condition, bool keep_grads) {
            ReleaseGil released;
            return self.step_if(condition, keep_grads);
          },
          nb::arg("condition"), nb::arg("keep_grads") = false,
          "A step where `condition`, one bool that the same program computes, is true; gives whether it "
          "is. Else values, state and counters stay as they are.")
      .def(
          "add_group",
          [](Optimizer& self, std::vector<Parameter> parameters, nb::object lr, double lr_scale,
             std::optional<double> weight_decay) {
            optim::ParameterGroup group;
            group.parameters = std::move(parameters);
            if (!lr.is_none()) group.lr = to_rate(lr);
            group.lr_scale = lr_scale;
            group.weight_decay = weight_decay;
            self.add_group(std::move(group));
          },
          nb::arg("parameters"), nb::arg("lr") = nb::none(), nb::arg("lr_scale") = 1.0,
          nb::arg("weight_decay") = nb::none(),
          "More parameters, with a rate of their own (or a share of the optimizer's) and their own "
          "weight decay.")
      .def("zero_grad", &Optimizer::zero_grad, "Drops all gradients.")
      .def("parameters", &Optimizer::parameters)
      .def_prop_rw(
          "lr", &Optimizer::lr, [](Optimizer& self, nb::handle lr) { self.set_lr(to_rate(lr)); },
          "The learning rate of the next step; a number, a schedule or a function may be assigned.")
      .def_prop_ro("steps", &Optimizer::steps)
      .def("state_dict",
           [](const Optimizer& self) { return to_dict(self.state_dict()); })
      .def(
          "load_state_dict",
          [](Optimizer& self, const nb::dict& state) { self.load_state_dict(from_dict(state)); },
          nb::arg("state"));
}

}  // namespace

void bind_optimizers(nb::module_& m) {
  bind_base(m);
  nb::class_<optim::SGD, Optimizer>(m, "SGD",
                                    "Stochastic gradient descent, with momentum.\n"
                                    ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
                                    ">>> optimizer = lm.optim.SGD([w], lr=0.1)")
      .def(
          "__init__",
          [](optim::SGD* self, Parameters parameters, nb::handle lr, double momentum,
             double dampening, double weight_decay, bool nesterov) {
            new (self) optim::SGD(or_none(std::move(parameters)),
                                  {to_rate(lr), momentum, dampening, weight_decay, nesterov});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 1e-3, nb::arg("momentum") = 0.0,
          nb::arg("dampening") = 0.0, nb::arg("weight_decay") = 0.0, nb::arg("nesterov") = false);
  nb::class_<optim::Adam, Optimizer>(
      m, "Adam",
      "Adam, with weight decay added to the gradient; AMSGrad when asked for.\n"
      ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
      ">>> optimizer = lm.optim.Adam([w], lr=0.1)")
      .def(
          "__init__",
          [](optim::Adam* self, Parameters parameters, nb::handle lr,
             std::pair<double, double> betas, double eps, double weight_decay, bool amsgrad) {
            new (self) optim::Adam(or_none(std::move(parameters)),
                                   {to_rate(lr), betas, eps, weight_decay, amsgrad});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 1e-3,
          nb::arg("betas") = std::pair(0.9, 0.999), nb::arg("eps") = 1e-8,
          nb::arg("weight_decay") = 0.0, nb::arg("amsgrad") = false);
  nb::class_<optim::AdamW, Optimizer>(m, "AdamW",
                                      "Adam with decoupled weight decay.\n"
                                      ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
                                      ">>> optimizer = lm.optim.AdamW([w], lr=0.1)")
      .def(
          "__init__",
          [](optim::AdamW* self, Parameters parameters, nb::handle lr,
             std::pair<double, double> betas, double eps, double weight_decay, bool amsgrad) {
            new (self) optim::AdamW(or_none(std::move(parameters)),
                                    {to_rate(lr), betas, eps, weight_decay, amsgrad});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 1e-3,
          nb::arg("betas") = std::pair(0.9, 0.999), nb::arg("eps") = 1e-8,
          nb::arg("weight_decay") = 1e-2, nb::arg("amsgrad") = false);
  nb::class_<optim::RMSprop, Optimizer>(m, "RMSprop",
                                        "RMSprop, as Graves' when centered.\n"
                                        ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
                                        ">>> optimizer = lm.optim.RMSprop([w], lr=0.1)")
      .def(
          "__init__",
          [](optim::RMSprop* self, Parameters parameters, nb::handle lr, double alpha, double eps,
             double weight_decay, double momentum, bool centered) {
            new (self) optim::RMSprop(or_none(std::move(parameters)),
                                      {to_rate(lr), alpha, eps, weight_decay, momentum, centered});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 1e-2, nb::arg("alpha") = 0.99,
          nb::arg("eps") = 1e-8, nb::arg("weight_decay") = 0.0, nb::arg("momentum") = 0.0,
          nb::arg("centered") = false);
  m.def("clip_grad_norm", &optim::clip_grad_norm, nb::arg("parameters"), nb::arg("max_norm"),
        "Scales all gradients so that their norm as one vector is at most max_norm; gives the norm "
        "before.\n"
        ">>> w = lm.nn.Parameter(lm.array([3.0, 4.0]))\n"
        ">>> lm.sum(w * w / 2).backward()\n"
        ">>> lm.optim.clip_grad_norm([w], 1.0)\n"
        "5\n"
        ">>> w.grad\n"
        "[0.6, 0.8]");
  m.def("clip_grad_value", &optim::clip_grad_value, nb::arg("parameters"), nb::arg("limit"),
        "Cuts each element of each gradient to -limit .. limit.\n"
        ">>> w = lm.nn.Parameter(lm.array([3.0, 0.5]))\n"
        ">>> lm.sum(w * w / 2).backward()\n"
        ">>> lm.optim.clip_grad_value([w], 1.0)\n"
        ">>> w.grad\n"
        "[1, 0.5]");
}

}  // namespace lamina::python
