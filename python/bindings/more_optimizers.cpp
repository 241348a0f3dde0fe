// Optimizers by signs, norms and curvature; averages of weights.
#include "bindings.h"
#include "lamina/optim/averages.h"
#include "lamina/optim/ftrl.h"
#include "lamina/optim/lamb.h"
#include "lamina/optim/lars.h"
#include "lamina/optim/lbfgs.h"
#include "lamina/optim/lion.h"
#include "lamina/optim/lookahead.h"
#include "lamina/optim/rprop.h"
#include "optimizer_arguments.h"

namespace lamina::python {

using optim::Optimizer;

static void bind_averages(nb::module_& m) {
  using optim::WeightAverage;
  nb::class_<WeightAverage>(m, "WeightAverage",
                            "Averages of weights over the steps of a training: SWA or EMA.\n"
                            ">>> isinstance(lm.optim.SWA([lm.nn.Parameter(lm.ones(1))]), "
                            "lm.optim.WeightAverage)\n"
                            "True")
      .def("update", &WeightAverage::update, "Takes in what the parameters are now.")
      .def("swap", &WeightAverage::swap, "Exchanges averages and parameters.")
      .def_prop_ro("updates", &WeightAverage::updates)
      .def_prop_ro("values", &WeightAverage::values);
  nb::class_<optim::SWA, WeightAverage>(m, "SWA",
                                        "The mean of the weights that it was shown.\n"
                                        ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
                                        ">>> average = lm.optim.SWA([w])\n"
                                        ">>> average.update()\n"
                                        ">>> w.value = lm.array([3.0])\n"
                                        ">>> average.update()\n"
                                        ">>> average.swap()\n"
                                        ">>> w\n"
                                        "[2]")
      .def(nb::init<std::vector<Parameter>>(), nb::arg("parameters"));
  nb::class_<optim::EMA, WeightAverage>(m, "EMA",
                                        "An exponential moving average of weights.\n"
                                        ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
                                        ">>> average = lm.optim.EMA([w], decay=0.5)\n"
                                        ">>> average.update()\n"
                                        ">>> w.value = lm.array([2.0])\n"
                                        ">>> average.update()\n"
                                        ">>> average.values[0]\n"
                                        "[1.5]")
      .def(
          "__init__",
          [](optim::EMA* self, std::vector<Parameter> parameters, double decay) {
            new (self) optim::EMA(std::move(parameters), {decay});
          },
          nb::arg("parameters"), nb::arg("decay") = 0.999);
}

void bind_more_optimizers(nb::module_& m) {
  nb::class_<optim::Rprop, Optimizer>(
      m, "Rprop",
      "The gradient's sign alone, with a step size for each element.\n"
      ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
      ">>> optimizer = lm.optim.Rprop([w], lr=0.1)")
      .def(
          "__init__",
          [](optim::Rprop* self, Parameters parameters, nb::handle lr,
             std::pair<double, double> etas, std::pair<double, double> step_sizes) {
            new (self)
                optim::Rprop(or_none(std::move(parameters)), {to_rate(lr), etas, step_sizes});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 1e-2,
          nb::arg("etas") = std::pair(0.5, 1.2), nb::arg("step_sizes") = std::pair(1e-6, 50.0));
  nb::class_<optim::Ftrl, Optimizer>(m, "Ftrl",
                                     "Follow the regularised leader: weights that l1 holds at 0.\n"
                                     ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
                                     ">>> optimizer = lm.optim.Ftrl([w], lr=0.1, l1=0.01)")
      .def(
          "__init__",
          [](optim::Ftrl* self, Parameters parameters, nb::handle lr, double lr_power,
             double initial_accumulator_value, double l1, double l2, double l2_shrinkage,
             double beta) {
            new (self) optim::Ftrl(
                or_none(std::move(parameters)),
                {to_rate(lr), lr_power, initial_accumulator_value, l1, l2, l2_shrinkage, beta});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 1e-3, nb::arg("lr_power") = -0.5,
          nb::arg("initial_accumulator_value") = 0.1, nb::arg("l1") = 0.0, nb::arg("l2") = 0.0,
          nb::arg("l2_shrinkage") = 0.0, nb::arg("beta") = 0.0);
  nb::class_<optim::LAMB, Optimizer>(
      m, "LAMB",
      "Adam's direction at a length that follows the layer's weights, for large batches.\n"
      ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
      ">>> optimizer = lm.optim.LAMB([w], lr=0.1)")
      .def(
          "__init__",
          [](optim::LAMB* self, Parameters parameters, nb::handle lr,
             std::pair<double, double> betas, double eps, double weight_decay) {
            new (self) optim::LAMB(or_none(std::move(parameters)),
                                   {to_rate(lr), betas, eps, weight_decay});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 1e-3,
          nb::arg("betas") = std::pair(0.9, 0.999), nb::arg("eps") = 1e-6,
          nb::arg("weight_decay") = 0.0);
  nb::class_<optim::LARS, Optimizer>(m, "LARS",
                                     "Momentum at a rate for each layer, for large batches.\n"
                                     ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
                                     ">>> optimizer = lm.optim.LARS([w], lr=0.1)")
      .def(
          "__init__",
          [](optim::LARS* self, Parameters parameters, nb::handle lr, double momentum,
             double weight_decay, double trust_coefficient, double eps) {
            new (self) optim::LARS(or_none(std::move(parameters)),
                                   {to_rate(lr), momentum, weight_decay, trust_coefficient, eps});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 0.1, nb::arg("momentum") = 0.9,
          nb::arg("weight_decay") = 0.0, nb::arg("trust_coefficient") = 1e-3, nb::arg("eps") = 0.0);
  nb::class_<optim::Lion, Optimizer>(m, "Lion",
                                     "The sign of a momentum, with decoupled weight decay.\n"
                                     ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
                                     ">>> optimizer = lm.optim.Lion([w], lr=1e-3)")
      .def(
          "__init__",
          [](optim::Lion* self, Parameters parameters, nb::handle lr,
             std::pair<double, double> betas, double weight_decay) {
            new (self)
                optim::Lion(or_none(std::move(parameters)), {to_rate(lr), betas, weight_decay});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 1e-4,
          nb::arg("betas") = std::pair(0.9, 0.99), nb::arg("weight_decay") = 0.0);
  nb::class_<optim::LBFGS, Optimizer>(m, "LBFGS",
                                      "Limited-memory BFGS: step takes the function that is "
                                      "minimised, and calls it several times.\n"
                                      ">>> w = lm.nn.Parameter(lm.array([3.0]))\n"
                                      ">>> optimizer = lm.optim.LBFGS([w], line_search=True)\n"
                                      ">>> optimizer.step(lambda: lm.sum((w - 1.0) * (w - 1.0)))\n"
                                      "4.0\n"
                                      ">>> w\n"
                                      "[1]")
      .def(
          "__init__",
          [](optim::LBFGS* self, Parameters parameters, nb::handle lr, int64_t max_iter,
             int64_t max_eval, double tolerance_grad, double tolerance_change, int64_t history_size,
             bool line_search) {
            new (self) optim::LBFGS(or_none(std::move(parameters)),
                                    {to_rate(lr), max_iter, max_eval, tolerance_grad,
                                     tolerance_change, history_size, line_search});
          },
          nb::arg("parameters") = nb::none(), nb::arg("lr") = 1.0, nb::arg("max_iter") = 20,
          nb::arg("max_eval") = 0, nb::arg("tolerance_grad") = 1e-7,
          nb::arg("tolerance_change") = 1e-9, nb::arg("history_size") = 100,
          nb::arg("line_search") = false)
      .def(
          "step",
          [](optim::LBFGS& self, nb::callable loss) {
            return self.step([&] {
              nb::object value = loss();
              return to_argument(value.ptr(), "step", "the result of loss");
            });
          },
          nb::arg("loss"), "One step; gives the loss before it.");
  nb::class_<optim::Lookahead, Optimizer>(
      m, "Lookahead",
      "Slow weights that follow those of another optimizer every k steps.\n"
      ">>> w = lm.nn.Parameter(lm.array([1.0]))\n"
      ">>> optimizer = lm.optim.Lookahead(lm.optim.Adam([w], lr=0.1), k=5)")
      .def(
          "__init__",
          [](optim::Lookahead* self, std::shared_ptr<Optimizer> inner, int64_t k, double alpha) {
            new (self) optim::Lookahead(std::move(inner), {k, alpha});
          },
          nb::arg("inner"), nb::arg("k") = 5, nb::arg("alpha") = 0.5);
  bind_averages(m);
}

}  // namespace lamina::python
