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
#include "shared_callable.h"

namespace lamina::python {
namespace {

using optim::LearningRate;
using optim::Optimizer;
using Parameters = std::optional<std::vector<Parameter>>;

// A number, one of the schedules, or any function of the number of steps that have been made.
LearningRate to_rate(nb::handle lr) {
  if (nb::isinstance<nb::float_>(lr) || nb::isinstance<nb::int_>(lr)) return nb::cast<double>(lr);
  if (nb::isinstance<optim::CosineSchedule>(lr)) return nb::cast<optim::CosineSchedule>(lr);
  if (nb::isinstance<optim::StepSchedule>(lr)) return nb::cast<optim::StepSchedule>(lr);
  if (nb::isinstance<optim::WarmupSchedule>(lr)) return nb::cast<optim::WarmupSchedule>(lr);
  if (!PyCallable_Check(lr.ptr())) {
    throw DTypeError(text("lr: expected a number, a schedule or a function of the step, got ",
                          Py_TYPE(lr.ptr())->tp_name));
  }
  auto function = share_callable(lr);  // trainers ask without the GIL
  return [function](int64_t step) {
    nb::gil_scoped_acquire gil;
    return nb::cast<double>((*function)(step));
  };
}

std::vector<Parameter> or_none(Parameters parameters) {
  return parameters ? std::move(*parameters) : std::vector<Parameter>{};
}

template <class Schedule>
nb::class_<Schedule> schedule(nb::module_& m, const char* name, const char* doc) {
  nb::class_<Schedule> type(m, name, doc);
  type.def(
      "__call__", [](const Schedule& self, int64_t step) { return self(step); }, nb::arg("step"));
  return type;
}

void bind_schedules(nb::module_& m) {
  schedule<optim::CosineSchedule>(
      m, "CosineSchedule",
      "Rises to lr over warmup steps, then falls to end along half a cosine until steps.\n"
      ">>> rate = lm.optim.CosineSchedule(0.1, steps=100)\n"
      ">>> rate(0), rate(50), rate(100)\n"
      "(0.1, 0.05, 0.0)")
      .def(
          "__init__",
          [](optim::CosineSchedule* self, double lr, int64_t steps, double end, int64_t warmup) {
            new (self) optim::CosineSchedule{lr, steps, end, warmup};
          },
          nb::arg("lr"), nb::arg("steps"), nb::arg("end") = 0.0, nb::arg("warmup") = 0);
  schedule<optim::StepSchedule>(m, "StepSchedule",
                                "Multiplied by factor every `every` steps, after a warm-up.\n"
                                ">>> rate = lm.optim.StepSchedule(0.5, every=10, factor=0.5)\n"
                                ">>> rate(0), rate(10), rate(20)\n"
                                "(0.5, 0.25, 0.125)")
      .def(
          "__init__",
          [](optim::StepSchedule* self, double lr, int64_t every, double factor, int64_t warmup) {
            new (self) optim::StepSchedule{lr, every, factor, warmup};
          },
          nb::arg("lr"), nb::arg("every"), nb::arg("factor") = 0.1, nb::arg("warmup") = 0);
  schedule<optim::WarmupSchedule>(m, "WarmupSchedule",
                                  "Rises to lr over warmup steps and stays there.\n"
                                  ">>> rate = lm.optim.WarmupSchedule(0.5, warmup=4)\n"
                                  ">>> rate(1), rate(10)\n"
                                  "(0.25, 0.5)")
      .def(
          "__init__",
          [](optim::WarmupSchedule* self, double lr, int64_t warmup) {
            new (self) optim::WarmupSchedule{lr, warmup};
          },
          nb::arg("lr"), nb::arg("warmup"));
}

void bind_base(nb::module_& m) {
  nb::class_<Optimizer>(m, "Optimizer",
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
      .def("zero_grad", &Optimizer::zero_grad, "Drops all gradients.")
      .def("parameters", &Optimizer::parameters)
      .def_prop_rw(
          "lr", &Optimizer::lr, [](Optimizer& self, nb::handle lr) { self.set_lr(to_rate(lr)); },
          "The learning rate of the next step; a number, a schedule or a function may be assigned.")
      .def_prop_ro("steps", &Optimizer::steps)
      .def("state_dict",
           [](const Optimizer& self) {
             nb::dict out;
             for (const auto& [name, value] : self.state_dict())
               out[name.c_str()] = nb::cast(value);
             return out;
           })
      .def(
          "load_state_dict",
          [](Optimizer& self, const nb::dict& values) {
            optim::StateDict state;
            for (auto [name, value] : values) {
              state.emplace_back(nb::cast<std::string>(name),
                                 to_argument(value.ptr(), "load_state_dict", "value"));
            }
            self.load_state_dict(state);
          },
          nb::arg("state"));
}

}  // namespace

void bind_optimizers(nb::module_& m) {
  bind_base(m);
  bind_schedules(m);
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
  nb::class_<optim::Adam, Optimizer>(m, "Adam",
                                     "Adam, with weight decay added to the gradient.\n"
                                     ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
                                     ">>> optimizer = lm.optim.Adam([w], lr=0.1)")
      .def(
          "__init__",
          [](optim::Adam* self, Parameters parameters, nb::handle lr,
             std::pair<double, double> betas, double eps, double weight_decay) {
            new (self) optim::Adam(or_none(std::move(parameters)),
                                   {to_rate(lr), betas, eps, weight_decay});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 1e-3,
          nb::arg("betas") = std::pair(0.9, 0.999), nb::arg("eps") = 1e-8,
          nb::arg("weight_decay") = 0.0);
  nb::class_<optim::AdamW, Optimizer>(m, "AdamW",
                                      "Adam with decoupled weight decay.\n"
                                      ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
                                      ">>> optimizer = lm.optim.AdamW([w], lr=0.1)")
      .def(
          "__init__",
          [](optim::AdamW* self, Parameters parameters, nb::handle lr,
             std::pair<double, double> betas, double eps, double weight_decay) {
            new (self) optim::AdamW(or_none(std::move(parameters)),
                                    {to_rate(lr), betas, eps, weight_decay});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 1e-3,
          nb::arg("betas") = std::pair(0.9, 0.999), nb::arg("eps") = 1e-8,
          nb::arg("weight_decay") = 1e-2);
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
