// Callbacks that set the learning rate; the search for one.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>

#include "bindings.h"
#include "casters.h"
#include "datasets.h"
#include "lamina/train/rate_callbacks.h"
#include "lamina/train/trainer.h"
#include "shared_callable.h"

namespace lamina::python {

using namespace train;

void bind_rate_callbacks(nb::module_& m) {
  nb::class_<LearningRateScheduler, Callback>(
      m, "LearningRateScheduler", nb::is_final(),
      "Sets the rate when an epoch begins.\n"
      ">>> halve = lm.train.LearningRateScheduler(lambda epoch: 0.5 ** epoch)\n"
      ">>> trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(lm.optim.SGD(lr=0.5), \"mse\")\n"
      ">>> data = lm.ones((4, 2)), lm.ones((4, 1))\n"
      ">>> history = trainer.fit(data, epochs=3, verbose=0, callbacks=[halve])\n"
      ">>> trainer.optimizer.lr\n"
      "0.25")
      .def(
          "__init__",
          [](LearningRateScheduler* self, nb::callable schedule) {
            auto function = share_callable(schedule);
            new (self) LearningRateScheduler([function](int64_t epoch) {
              nb::gil_scoped_acquire gil;
              return nb::cast<double>((*function)(epoch));
            });
          },
          nb::arg("schedule"));
  nb::class_<ReduceLROnPlateau, Callback>(
      m, "ReduceLROnPlateau", nb::is_final(),
      "Lowers the rate when a value has stopped getting better.\n"
      ">>> plateau = lm.train.ReduceLROnPlateau(\"loss\", factor=0.5, patience=2)")
      .def(
          "__init__",
          [](ReduceLROnPlateau* self, std::string monitor, double factor, int64_t patience,
             double min_delta, int64_t cooldown, double min_lr, std::string mode) {
            new (self) ReduceLROnPlateau({std::move(monitor), factor, patience, min_delta, cooldown,
                                          min_lr, std::move(mode)});
          },
          nb::arg("monitor") = "val_loss", nb::arg("factor") = 0.1, nb::arg("patience") = 10,
          nb::arg("min_delta") = 1e-4, nb::arg("cooldown") = 0, nb::arg("min_lr") = 0.0,
          nb::arg("mode") = "auto");
  nb::class_<LearningRateSearch>(
      m, "LearningRateSearch",
      "What find_learning_rate tried: rates, losses and a suggestion.\n"
      ">>> trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(lm.optim.SGD(lr=0.5), \"mse\")\n"
      ">>> data = lm.ones((4, 2)), lm.ones((4, 1))\n"
      ">>> search = lm.train.find_learning_rate(trainer, data, steps=5)\n"
      ">>> isinstance(search, lm.train.LearningRateSearch)\n"
      "True")
      .def_ro("rates", &LearningRateSearch::rates)
      .def_ro("losses", &LearningRateSearch::losses)
      .def_ro("suggestion", &LearningRateSearch::suggestion);
  m.def(
      "find_learning_rate",
      [](Trainer& trainer, nb::handle data, double first, double last, int64_t steps,
         int64_t batch_size, uint64_t seed) {
        data::DatasetHandle dataset = to_dataset(data, "find_learning_rate: data");
        nb::gil_scoped_release released;
        return find_learning_rate(trainer, std::move(dataset),
                                  {first, last, steps, batch_size, seed});
      },
      nb::arg("trainer"), nb::arg("data"), nb::arg("first") = 1e-6, nb::arg("last") = 10.0,
      nb::arg("steps") = 100, nb::arg("batch_size") = 32, nb::arg("seed") = 0,
      "Tries rates from first to last, each for one step, and puts everything back.\n"
      ">>> trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(lm.optim.SGD(lr=0.5), \"mse\")\n"
      ">>> data = lm.ones((4, 2)), lm.ones((4, 1))\n"
      ">>> search = lm.train.find_learning_rate(trainer, data, first=0.01, last=0.1, steps=3)\n"
      ">>> [round(rate, 3) for rate in search.rates]\n"
      "[0.01, 0.032, 0.1]");
}

}  // namespace lamina::python
