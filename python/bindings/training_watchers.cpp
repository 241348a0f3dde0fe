// Callbacks that look at weights and gradients.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>

#include "bindings.h"
#include "casters.h"
#include "lamina/train/stop_on_nan.h"
#include "lamina/train/weight_callbacks.h"

namespace lamina::python {

using namespace train;

void bind_watchers(nb::module_& m) {
  nb::class_<ExponentialMovingAverage, Callback>(
      m, "ExponentialMovingAverage", nb::is_final(),
      "Keeps an average of the weights over the steps; when the fit ends the module has it.\n"
      ">>> trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(lm.optim.SGD(lr=0.5), \"mse\")\n"
      ">>> data = lm.ones((4, 2)), lm.ones((4, 1))\n"
      ">>> average = lm.train.ExponentialMovingAverage(decay=0.9)\n"
      ">>> history = trainer.fit(data, epochs=3, verbose=0, callbacks=[average])")
      .def(
          "__init__",
          [](ExponentialMovingAverage* self, double decay) {
            new (self) ExponentialMovingAverage({decay});
          },
          nb::arg("decay") = 0.999)
      .def("swap", &ExponentialMovingAverage::swap, "Exchanges averages and weights.");
  nb::class_<Watch, Callback>(
      m, "Watch", nb::is_final(),
      "The norms of gradients and weights, in the logs and of each parameter.\n"
      ">>> trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(lm.optim.SGD(lr=0.5), \"mse\")\n"
      ">>> data = lm.ones((4, 2)), lm.ones((4, 1))\n"
      ">>> watch = lm.train.Watch()\n"
      ">>> history = trainer.fit(data, verbose=0, callbacks=[watch])\n"
      ">>> sorted(watch.norms)\n"
      "['bias', 'weight']")
      .def(
          "__init__", [](Watch* self, int64_t every) { new (self) Watch({every}); },
          nb::arg("every") = 0)
      .def_prop_ro(
          "norms",
          [](const Watch& self) {
            nb::dict out;
            for (const Watch::Norms& one : self.norms()) {
              out[one.name.c_str()] = nb::make_tuple(one.weight, one.gradient);
            }
            return out;
          },
          "By parameter: (of the weight, of its gradient) at the last look.");
  nb::class_<NaNReport>(m, "NaNReport",
                        "Where the first value that is no number arose: StopOnNaN.report.\n"
                        ">>> lm.train.StopOnNaN().report is None\n"
                        "True")
      .def_ro("step", &NaNReport::step)
      .def_ro("stage", &NaNReport::stage)
      .def_ro("module", &NaNReport::module)
      .def_ro("op", &NaNReport::op)
      .def_ro("samples", &NaNReport::samples);
  nb::class_<StopOnNaN, Callback>(
      m, "StopOnNaN", nb::is_final(),
      "Ends a training when a loss or a weight is no number, and says where it began.\n"
      ">>> trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(lm.optim.SGD(lr=0.5), \"mse\")\n"
      ">>> data = lm.ones((4, 2)), lm.ones((4, 1))\n"
      ">>> stop = lm.train.StopOnNaN(raise_=False)\n"
      ">>> bad = lm.array([[1.0, 2.0], [float(\"nan\"), 0.0]]), lm.ones((2, 1))\n"
      ">>> history = trainer.fit(bad, verbose=0, callbacks=[stop])\n"
      ">>> stop.report.stage, stop.report.samples\n"
      "('data', [1])")
      .def(
          "__init__", [](StopOnNaN* self, bool raise) { new (self) StopOnNaN({raise}); },
          nb::arg("raise_") = true)
      .def_prop_ro("report", &StopOnNaN::report);
}

}  // namespace lamina::python
