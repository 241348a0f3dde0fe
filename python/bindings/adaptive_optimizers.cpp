// Optimizers that divide by what gradients were.
#include "bindings.h"
#include "lamina/optim/adadelta.h"
#include "lamina/optim/adafactor.h"
#include "lamina/optim/adagrad.h"
#include "lamina/optim/adamax.h"
#include "lamina/optim/nadam.h"
#include "lamina/optim/radam.h"
#include "optimizer_arguments.h"

namespace lamina::python {

using optim::Optimizer;

void bind_adaptive_optimizers(nb::module_& m) {
  nb::class_<optim::NAdam, Optimizer>(m, "NAdam",
                                      "Adam with Nesterov's momentum.\n"
                                      ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
                                      ">>> optimizer = lm.optim.NAdam([w], lr=0.1)")
      .def(
          "__init__",
          [](optim::NAdam* self, Parameters parameters, nb::handle lr,
             std::pair<double, double> betas, double eps, double weight_decay,
             double momentum_decay) {
            new (self) optim::NAdam(or_none(std::move(parameters)),
                                    {to_rate(lr), betas, eps, weight_decay, momentum_decay});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 2e-3,
          nb::arg("betas") = std::pair(0.9, 0.999), nb::arg("eps") = 1e-8,
          nb::arg("weight_decay") = 0.0, nb::arg("momentum_decay") = 4e-3);
  nb::class_<optim::RAdam, Optimizer>(
      m, "RAdam",
      "Adam whose first steps are not divided by a variance that is not known yet.\n"
      ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
      ">>> optimizer = lm.optim.RAdam([w], lr=0.1)")
      .def(
          "__init__",
          [](optim::RAdam* self, Parameters parameters, nb::handle lr,
             std::pair<double, double> betas, double eps, double weight_decay) {
            new (self) optim::RAdam(or_none(std::move(parameters)),
                                    {to_rate(lr), betas, eps, weight_decay});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 1e-3,
          nb::arg("betas") = std::pair(0.9, 0.999), nb::arg("eps") = 1e-8,
          nb::arg("weight_decay") = 0.0);
  nb::class_<optim::Adamax, Optimizer>(m, "Adamax",
                                       "Adam with the infinity norm.\n"
                                       ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
                                       ">>> optimizer = lm.optim.Adamax([w], lr=0.1)")
      .def(
          "__init__",
          [](optim::Adamax* self, Parameters parameters, nb::handle lr,
             std::pair<double, double> betas, double eps, double weight_decay) {
            new (self) optim::Adamax(or_none(std::move(parameters)),
                                     {to_rate(lr), betas, eps, weight_decay});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 2e-3,
          nb::arg("betas") = std::pair(0.9, 0.999), nb::arg("eps") = 1e-8,
          nb::arg("weight_decay") = 0.0);
  nb::class_<optim::Adagrad, Optimizer>(
      m, "Adagrad",
      "Rates that fall with the squares of all gradients so far.\n"
      ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
      ">>> optimizer = lm.optim.Adagrad([w], lr=0.1)")
      .def(
          "__init__",
          [](optim::Adagrad* self, Parameters parameters, nb::handle lr, double lr_decay,
             double weight_decay, double initial_accumulator_value, double eps) {
            new (self) optim::Adagrad(
                or_none(std::move(parameters)),
                {to_rate(lr), lr_decay, weight_decay, initial_accumulator_value, eps});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 1e-2, nb::arg("lr_decay") = 0.0,
          nb::arg("weight_decay") = 0.0, nb::arg("initial_accumulator_value") = 0.0,
          nb::arg("eps") = 1e-10);
  nb::class_<optim::Adadelta, Optimizer>(m, "Adadelta",
                                         "Steps in the units of the parameter.\n"
                                         ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
                                         ">>> optimizer = lm.optim.Adadelta([w], rho=0.95)")
      .def(
          "__init__",
          [](optim::Adadelta* self, Parameters parameters, nb::handle lr, double rho, double eps,
             double weight_decay) {
            new (self) optim::Adadelta(or_none(std::move(parameters)),
                                       {to_rate(lr), rho, eps, weight_decay});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 1.0, nb::arg("rho") = 0.9,
          nb::arg("eps") = 1e-6, nb::arg("weight_decay") = 0.0);
  nb::class_<optim::Adafactor, Optimizer>(
      m, "Adafactor",
      "Adam's variance of a matrix kept as one row and one column.\n"
      ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
      ">>> optimizer = lm.optim.Adafactor([w], lr=0.1)")
      .def(
          "__init__",
          [](optim::Adafactor* self, Parameters parameters, nb::handle lr, double beta2_decay,
             std::pair<double, double> eps, double d, double weight_decay) {
            new (self) optim::Adafactor(or_none(std::move(parameters)),
                                        {to_rate(lr), beta2_decay, eps, d, weight_decay});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 1e-2, nb::arg("beta2_decay") = -0.8,
          nb::arg("eps") = std::pair(1.1920928955078125e-07, 1e-3), nb::arg("d") = 1.0,
          nb::arg("weight_decay") = 0.0);
}

}  // namespace lamina::python
