// Loggers and event files.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>

#include "bindings.h"
#include "casters.h"
#include "lamina/base/error.h"
#include "lamina/train/loggers.h"
#include "lamina/train/model_file.h"
#include "lamina/train/progress.h"
#include "lamina/train/report.h"
#include "shared_callable.h"
#include "training_values.h"

namespace lamina::python {

using namespace train;

static HParams to_hparams(const nb::dict& dict, const char* what) {
  HParams list;
  for (auto [key, value] : dict) {
    std::string name = nb::cast<std::string>(nb::str(key));
    if (nb::isinstance<nb::bool_>(value)) {
      list.emplace_back(std::move(name), nb::cast<bool>(value));
    } else if (nb::isinstance<nb::str>(value)) {
      list.emplace_back(std::move(name), nb::cast<std::string>(value));
    } else if (PyNumber_Check(value.ptr())) {
      list.emplace_back(std::move(name), nb::cast<double>(nb::float_(value)));
    } else {
      throw DTypeError(text(what, ": hparams: expected numbers, texts and bools, got ",
                            Py_TYPE(value.ptr())->tp_name, " for '", name, "'"));
    }
  }
  return list;
}

void bind_loggers(nb::module_& m) {
  nb::class_<CSVLogger, Callback>(
      m, "CSVLogger", nb::is_final(),
      "One line per epoch, the names in the first.\n"
      ">>> trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(lm.optim.SGD(lr=0.5), \"mse\")\n"
      ">>> data = lm.ones((4, 2)), lm.ones((4, 1))\n"
      ">>> import os, pathlib, tempfile\n"
      ">>> path = os.path.join(tempfile.mkdtemp(), \"run.csv\")\n"
      ">>> history = trainer.fit(data, verbose=0, callbacks=[lm.train.CSVLogger(path)])\n"
      ">>> pathlib.Path(path).read_text().split()[0]\n"
      "epoch,loss")
      .def(nb::init<std::string>(), nb::arg("path"));
  nb::class_<JSONLogger, Callback>(
      m, "JSONLogger", nb::is_final(),
      "One JSON object per epoch and line.\n"
      ">>> trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(lm.optim.SGD(lr=0.5), \"mse\")\n"
      ">>> data = lm.ones((4, 2)), lm.ones((4, 1))\n"
      ">>> import json, os, pathlib, tempfile\n"
      ">>> path = os.path.join(tempfile.mkdtemp(), \"run.jsonl\")\n"
      ">>> history = trainer.fit(data, verbose=0, callbacks=[lm.train.JSONLogger(path)])\n"
      ">>> json.loads(pathlib.Path(path).read_text())[\"epoch\"]\n"
      "1")
      .def(nb::init<std::string>(), nb::arg("path"));
  nb::class_<EventLogger, Callback>(
      m, "EventLogger", nb::is_final(),
      "Event files for TensorBoard: every number of the logs and the learning rate by epoch, and the "
      "module's graph.\n"
      ">>> trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(lm.optim.SGD(lr=0.5), \"mse\")\n"
      ">>> data = lm.ones((4, 2)), lm.ones((4, 1))\n"
      ">>> import os, tempfile\n"
      ">>> folder = tempfile.mkdtemp()\n"
      ">>> history = trainer.fit(data, verbose=0, callbacks=[lm.train.EventLogger(folder)])\n"
      ">>> len(os.listdir(folder))\n"
      "1")
      .def(
          "__init__",
          [](EventLogger* self, std::string folder, int64_t every, bool histograms,
             const nb::dict& hparams, bool graph) {
            new (self) EventLogger(std::move(folder),
                                   {every, histograms, to_hparams(hparams, "EventLogger"), graph});
          },
          nb::arg("folder"), nb::arg("every") = 0, nb::arg("histograms") = false,
          nb::arg("hparams") = nb::dict(), nb::arg("graph") = true);
  nb::class_<Report, Callback>(
      m, "Report", nb::is_final(),
      "A page that shows what a training came to: curves, confusion, the most wrong examples, time "
      "and memory. One file of HTML that needs nothing else.\n"
      ">>> trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(lm.optim.SGD(lr=0.5), \"mse\")\n"
      ">>> data = lm.ones((4, 2)), lm.ones((4, 1))\n"
      ">>> import os, pathlib, tempfile\n"
      ">>> path = os.path.join(tempfile.mkdtemp(), \"report.html\")\n"
      ">>> history = trainer.fit(data, verbose=0, callbacks=[lm.train.Report(path)])\n"
      ">>> pathlib.Path(path).read_text()[:15]\n"
      "<!doctype html>")
      .def(
          "__init__",
          [](Report* self, std::string path, std::string title, std::vector<std::string> classes,
             int64_t wrongest) {
            new (self) Report(std::move(path), {std::move(title), std::move(classes), wrongest});
          },
          nb::arg("path"), nb::arg("title") = "Training",
          nb::arg("classes") = std::vector<std::string>(), nb::arg("wrongest") = 18);
  m.def(
      "set_progress_display",
      [](nb::object display) {
        if (display.is_none()) return set_progress_display({});
        auto function = share_callable(display);
        set_progress_display([function](const ProgressState& state) {
          nb::gil_scoped_acquire gil;
          nb::object logs = nb::none();
          if (state.logs) logs = to_dict(*state.logs);
          (*function)(state.options.epoch, state.options.epochs, state.done, state.options.examples,
                      state.seconds, state.loss, logs);
        });
      },
      nb::arg("display").none(),
      "For notebooks and windows: display(epoch, epochs, done, examples, seconds, loss, logs) "
      "takes "
      "the terminal's place in all fits; logs is None until the epoch ends. None gives it back.\n"
      ">>> trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(lm.optim.SGD(lr=0.5), \"mse\")\n"
      ">>> shown = []\n"
      ">>> lm.train.set_progress_display(lambda *state: shown.append(state))\n"
      ">>> history = trainer.fit((lm.ones((4, 2)), lm.ones((4, 1))), epochs=2)\n"
      ">>> lm.train.set_progress_display(None)\n"
      ">>> shown[-1][:4]\n"
      "(2, 2, 4, 4)");
  nb::class_<EventWriter>(m, "EventWriter",
                          "What a training comes to, in the files that TensorBoard reads.\n"
                          ">>> import os, tempfile\n"
                          ">>> events = lm.train.EventWriter(tempfile.mkdtemp())\n"
                          ">>> events.add_scalar(\"loss\", 0.25, step=1)\n"
                          ">>> events.flush()\n"
                          ">>> os.path.getsize(events.path) > 0\n"
                          "True")
      .def(nb::init<const std::string&>(), nb::arg("folder"))
      .def("add_scalar", &EventWriter::add_scalar, nb::arg("tag"), nb::arg("value"),
           nb::arg("step"))
      .def("add_histogram", &EventWriter::add_histogram, nb::arg("tag"), nb::arg("values"),
           nb::arg("step"), "How often values fall into which range.")
      .def("add_image", &EventWriter::add_image, nb::arg("tag"), nb::arg("image"), nb::arg("step"),
           "[height, width], [1, height, width] or [3, ..]: 0 to 1, or uint8.")
      .def("add_text", &EventWriter::add_text, nb::arg("tag"), nb::arg("text"), nb::arg("step"))
      .def("add_pr_curve", &EventWriter::add_pr_curve, nb::arg("tag"), nb::arg("targets"),
           nb::arg("probabilities"), nb::arg("step"), nb::arg("thresholds") = 127)
      .def(
          "add_graph",
          [](EventWriter& self, nn::Module& module, nb::handle shape, nb::handle dtype) {
            IntList sizes = to_int_list(shape, "add_graph: shape");
            self.add_graph(module, {to_dtype(dtype, float32), Shape(sizes.begin(), sizes.end())});
          },
          nb::arg("module"), nb::arg("shape"), nb::arg("dtype") = nb::none(),
          "What the module computes for inputs of this shape.")
      .def(
          "add_hparams",
          [](EventWriter& self, const nb::dict& hparams, const std::vector<std::string>& metrics) {
            self.add_hparams(to_hparams(hparams, "add_hparams"), metrics);
          },
          nb::arg("hparams"), nb::arg("metrics") = std::vector<std::string>(),
          "A run's hyper-parameters, and the tags of the scalars that it is judged by.")
      .def("end_hparams", &EventWriter::end_hparams, nb::arg("success") = true,
           "That the run is done; without it TensorBoard shows it as running.")
      .def("flush", &EventWriter::flush)
      .def_prop_ro("path", &EventWriter::path);
}

}  // namespace lamina::python
