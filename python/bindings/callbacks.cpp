// Callbacks of lamina.train.
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/trampoline.h>

#include "bindings.h"
#include "lamina/train/early_stopping.h"
#include "lamina/train/model_checkpoint.h"
#include "lamina/train/trainer.h"
#include "training_values.h"

namespace lamina::python {

using namespace train;

namespace {

class PyCallback : public Callback {
 public:
  NB_TRAMPOLINE(Callback);
  void on_train_begin() override { NB_OVERRIDE(on_train_begin); }
  void on_train_end() override { NB_OVERRIDE(on_train_end); }
  void on_epoch_begin(int64_t epoch) override { NB_OVERRIDE(on_epoch_begin, epoch); }
  void on_train_batch_begin(int64_t batch) override { NB_OVERRIDE(on_train_batch_begin, batch); }
  void on_train_batch_end(int64_t batch) override { NB_OVERRIDE(on_train_batch_end, batch); }
  void on_gradients() override { NB_OVERRIDE(on_gradients); }
  void add_logs(Logs& logs) override {
    nb::gil_scoped_acquire gil;
    nb::dict values = to_dict(logs);
    nb_trampoline.base().attr("add_logs")(values);
    for (auto [name, value] : values) {
      logs.set(nb::cast<std::string>(name), nb::cast<double>(value));
    }
  }
  void on_epoch_end(int64_t epoch, const Logs& logs) override {
    nb::gil_scoped_acquire gil;
    nb_trampoline.base().attr("on_epoch_end")(epoch, to_dict(logs));
  }
};

}  // namespace

void bind_callbacks(nb::module_& m) {
  nb::class_<Callback, PyCallback>(
      m, "Callback", nb::is_weak_referenceable(),
      "Code that runs at points of a fit; subclasses define on_..\n"
      ">>> class Note(lm.train.Callback):\n"
      "...     def on_epoch_end(self, epoch, logs): print(epoch)\n"
      ">>> trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(lm.optim.SGD(), \"mse\")\n"
      ">>> data = lm.ones((4, 2)), lm.ones((4, 1))\n"
      ">>> history = trainer.fit(data, epochs=2, verbose=0, callbacks=[Note()])\n"
      "0\n"
      "1")
      .def(nb::init<>())
      .def("on_train_begin", [](Callback&) {})
      .def("on_train_end", [](Callback&) {})
      .def(
          "on_epoch_begin", [](Callback&, int64_t) {}, nb::arg("epoch"))
      .def(
          "on_epoch_end", [](Callback&, int64_t, nb::handle) {}, nb::arg("epoch"), nb::arg("logs"))
      .def(
          "on_train_batch_begin", [](Callback&, int64_t) {}, nb::arg("batch"))
      .def(
          "on_train_batch_end", [](Callback&, int64_t) {}, nb::arg("batch"))
      .def(
          "on_gradients", [](Callback&) {},
          "Between backward and the optimizer's step: gradients are recorded.")
      .def(
          "add_logs", [](Callback&, nb::handle) {}, nb::arg("logs"),
          "Puts numbers of its own into an epoch's logs.")
      .def_prop_ro("trainer", &Callback::trainer, nb::rv_policy::reference,
                   "The trainer that runs.");
  nb::class_<EarlyStopping, Callback>(
      m, "EarlyStopping", nb::is_final(),
      "Ends a fit when a value has stopped getting better.\n"
      ">>> stop = lm.train.EarlyStopping(\"loss\", patience=2, min_delta=0.01)\n"
      ">>> trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(lm.optim.SGD(lr=0.0), \"mse\")\n"
      ">>> data = lm.ones((4, 2)), lm.ones((4, 1))\n"
      ">>> history = trainer.fit(data, epochs=9, verbose=0, callbacks=[stop])\n"
      ">>> len(history[\"loss\"])\n"
      "3")
      .def(
          "__init__",
          [](EarlyStopping* self, std::string monitor, int64_t patience, double min_delta,
             std::string mode, bool restore_best_weights) {
            new (self) EarlyStopping(
                {std::move(monitor), patience, min_delta, std::move(mode), restore_best_weights});
          },
          nb::arg("monitor") = "val_loss", nb::arg("patience") = 0, nb::arg("min_delta") = 0.0,
          nb::arg("mode") = "auto", nb::arg("restore_best_weights") = false)
      .def_prop_ro("stopped_epoch", &EarlyStopping::stopped_epoch)
      .def_prop_ro("best_epoch", &EarlyStopping::best_epoch);
  nb::class_<ModelCheckpoint, Callback>(
      m, "ModelCheckpoint", nb::is_final(),
      "Saves after each epoch, or after each that is the best so far.\n"
      ">>> best = lm.train.ModelCheckpoint(\"best.lamina\", save_best_only=True)")
      .def(
          "__init__",
          [](ModelCheckpoint* self, std::string path, std::string monitor, bool save_best_only,
             bool save_model_only, std::string mode, int64_t keep) {
            new (self) ModelCheckpoint(std::move(path), {std::move(monitor), save_best_only,
                                                         save_model_only, std::move(mode), keep});
          },
          nb::arg("path"), nb::arg("monitor") = "val_loss", nb::arg("save_best_only") = false,
          nb::arg("save_model_only") = false, nb::arg("mode") = "auto", nb::arg("keep") = 0);
}

}  // namespace lamina::python
