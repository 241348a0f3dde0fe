// lamina.Trainer, its callbacks, metrics and model files.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/trampoline.h>

#include <algorithm>
#include <cstdio>

#include "bindings.h"
#include "convert.h"
#include "datasets.h"
#include "lamina/base/error.h"
#include "lamina/io/png_encode.h"
#include "lamina/train/batch_mix.h"
#include "lamina/train/model_file.h"
#include "lamina/train/png_chart.h"
#include "lamina/train/trainer.h"
#include "shared_callable.h"
#include "training_values.h"

namespace lamina::python {

using namespace train;

namespace {

// train_step(self, x, y) of a subclass in Python.
class PyTrainer : public Trainer {
 public:
  NB_TRAMPOLINE(Trainer);
  Array train_step(const data::Batch& batch) override {
    nb::gil_scoped_acquire gil;
    static nb::handle base = nb::object(nb::type<Trainer>().attr("train_step")).release();
    nb::handle self = nb_trampoline.base();
    nb::handle type(reinterpret_cast<PyObject*>(Py_TYPE(self.ptr())));
    if (nb::object(type.attr("train_step")).is(base)) return Trainer::train_step(batch);
    nb::object loss = self.attr("train_step")(batch.x, batch.y);
    return to_argument(loss.ptr(), "train_step", "the result");
  }
};

// Ctrl-C ends a fit after the step that runs.
class Interrupts : public Callback {
 public:
  void on_train_batch_end(int64_t) override {
    nb::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
  }
};

Loss to_loss(nb::handle loss) {
  if (nb::isinstance<nb::str>(loss)) return Loss(nb::cast<std::string>(loss));
  if (!PyCallable_Check(loss.ptr())) {
    throw DTypeError(
        text("compile: expected a name or a function as loss, got ", Py_TYPE(loss.ptr())->tp_name));
  }
  auto function = share_callable(loss);
  return Loss([function](const Array& prediction, const Array& target) {
    nb::gil_scoped_acquire gil;
    nb::object result = (*function)(prediction, target);
    return to_argument(result.ptr(), "compile", "the result of loss");
  });
}

optim::AnyOptimizer to_optimizer(nb::handle optimizer) {
  if (nb::isinstance<nb::str>(optimizer)) return nb::cast<std::string>(optimizer);
  if (nb::isinstance<optim::Optimizer>(optimizer)) {
    return nb::cast<std::shared_ptr<optim::Optimizer>>(optimizer);
  }
  throw DTypeError(text("compile: expected an Optimizer or the name of one for optimizer, got ",
                        Py_TYPE(optimizer.ptr())->tp_name))
      .help("optim.Adam(lr=1e-3), or \"adam\"");
}

void compile(Trainer& self, nb::handle optimizer, nb::handle loss, const nb::list& metrics,
             int64_t accumulate, double clip_norm, double clip_value, int64_t memory_budget,
             const std::string& precision, bool deterministic) {
  CompileOptions options{to_optimizer(optimizer), to_loss(loss), {},        accumulate,   clip_norm,
                         clip_value,              memory_budget, precision, deterministic};
  for (nb::handle metric : metrics) {
    options.metrics.push_back(nb::isinstance<nb::str>(metric)
                                  ? AnyMetric(nb::cast<std::string>(metric))
                                  : AnyMetric(nb::cast<std::shared_ptr<Metric>>(metric)));
  }
  self.compile(std::move(options));
}

// Keras' {class: weight}, classes that are not named count 1; or a list.
std::vector<double> to_class_weight(nb::handle weights) {
  std::vector<double> list;
  if (weights.is_none()) return list;
  if (!nb::isinstance<nb::dict>(weights)) return to_numbers(weights, "fit: class_weight");
  for (auto [key, value] : nb::cast<nb::dict>(weights)) {
    const int64_t index = to_int(key, "fit: class_weight");
    if (index < 0 || index >= int64_t{1} << 24) {
      throw IndexError(text("fit: class_weight: there is no class ", index));
    }
    if (list.size() <= static_cast<size_t>(index)) list.resize(static_cast<size_t>(index) + 1, 1.0);
    list[static_cast<size_t>(index)] = nb::cast<double>(value);
  }
  return list;
}

BatchTransform to_transform(nb::handle transform) {
  if (transform.is_none()) return {};
  if (nb::isinstance<Mixup>(transform)) return nb::cast<Mixup>(transform);
  if (nb::isinstance<CutMix>(transform)) return nb::cast<CutMix>(transform);
  if (!PyCallable_Check(transform.ptr())) {
    throw DTypeError(text("fit: expected a function of (x, y) as transform, got ",
                          Py_TYPE(transform.ptr())->tp_name));
  }
  auto function = share_callable(transform);
  return [function](data::Batch batch) -> data::Batch {
    nb::gil_scoped_acquire gil;
    nb::object pair = (*function)(batch.x, batch.y);
    if (!PySequence_Check(pair.ptr()) || nb::len(pair) != 2) {
      throw DTypeError(
          text("fit: expected a pair (x, y) from transform, got ", Py_TYPE(pair.ptr())->tp_name));
    }
    nb::object x = pair[0], y = pair[1];
    return {to_argument(x.ptr(), "fit", "x of transform"),
            to_argument(y.ptr(), "fit", "y of transform")};
  };
}

// Keras' fit(x, y) beside fit((x, y)).
data::Source to_examples(nb::handle data, nb::handle y, const char* what) {
  if (y.is_none()) return to_source(data, what);
  if (nb::isinstance<nb::int_>(y)) {
    throw DTypeError(text(what, ": expected the targets as the second argument, got an integer"))
        .help("name the numbers: epochs=10, batch_size=32");
  }
  return to_source(nb::make_tuple(nb::borrow(data), nb::borrow(y)), what);
}

History fit(Trainer& self, nb::handle data, nb::handle y, int64_t epochs, int64_t batch_size,
            nb::handle validation_data, bool shuffle, uint64_t seed, int verbose,
            const nb::list& callbacks, double validation_split, nb::handle class_weight,
            nb::handle sample_weight, int64_t steps_per_epoch, int64_t initial_epoch,
            nb::handle transform) {
  FitOptions options;
  options.epochs = epochs;
  options.batch_size = batch_size;
  options.validation_data = to_source(validation_data, "fit: validation_data");
  options.shuffle = shuffle;
  options.seed = seed;
  options.verbose = verbose;
  for (nb::handle callback : callbacks) {
    if (!nb::isinstance<Callback>(callback)) {
      throw DTypeError(text("fit: expected callbacks of lamina.train, or of a class made from "
                            "train.Callback, got ",
                            Py_TYPE(callback.ptr())->tp_name));
    }
    options.callbacks.push_back(AnyCallback(nb::cast<std::shared_ptr<Callback>>(callback)));
  }
  options.callbacks.push_back(AnyCallback(Interrupts()));
  options.validation_split = validation_split;
  options.class_weight = to_class_weight(class_weight);
  if (!sample_weight.is_none()) {
    options.sample_weight = to_array(sample_weight.ptr(), std::nullopt);
  }
  options.steps_per_epoch = steps_per_epoch;
  options.initial_epoch = initial_epoch;
  options.transform = to_transform(transform);
  data::Source source = to_examples(data, y, "fit: data");
  nb::gil_scoped_release released;
  return self.fit(std::move(source), std::move(options));
}

void bind_results(nb::module_& m) {
  nb::class_<History>(
      m, "History",
      "What each epoch came to.\n"
      ">>> trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(lm.optim.SGD(), \"mse\")\n"
      ">>> history = trainer.fit((lm.ones((4, 2)), lm.ones((4, 1))), epochs=2, verbose=0)\n"
      ">>> len(history[\"loss\"])\n"
      "2")
      .def(
          "at", [](const History& self, const std::string& name) { return self.at(name); },
          nb::arg("name"))
      .def("__getitem__",
           [](const History& self, const std::string& name) { return self.at(name); })
      .def("names", &History::names, "Of its numbers: [\"loss\", ..].")
      .def("keys", &History::names)
      .def("__len__", [](const History& self) { return self.series().size(); })
      .def(
          "__iter__", [](nb::handle self) { return nb::iter(self.attr("names")()); },
          nb::sig("def __iter__(self) -> object"))
      .def("__contains__",
           [](const History& self, const std::string& name) {
             const std::vector<std::string> names = self.names();
             return std::find(names.begin(), names.end(), name) != names.end();
           })
      .def("__repr__",
           [](const History& self) {
             std::string out = text("History(", self.epochs(), " epochs");
             for (const auto& [name, values] : self.series()) {
               char last[32] = "";
               if (!values.empty()) std::snprintf(last, sizeof last, "%.4g", values.back());
               out += text(", ", name, " ", last);
             }
             return out + ")";
           })
      .def(
          "_repr_png_",  // what a notebook shows; drawn at twice the size, for fine screens
          [](const History& self) -> nb::object {
            if (self.epochs() == 0) return nb::none();
            const io::Picture picture = chart_picture(self.series());
            const std::string png = io::encode_png(picture);
            nb::dict size;
            size["width"] = picture.width / 2, size["height"] = picture.height / 2;
            return nb::make_tuple(nb::bytes(png.data(), png.size()), size);
          },
          nb::sig("def _repr_png_(self) -> object"))
      .def("__getstate__",
           [](const History& self) { return nb::make_tuple(self.series(), self.epochs()); })
      .def(
          "__setstate__",
          [](History& self, const nb::tuple& state) {
            auto* history = new (&self) History();
            history->restore(nb::cast<std::vector<History::Series>>(state[0]),
                             nb::cast<int64_t>(state[1]));
          },
          nb::sig("def __setstate__(self, state: object) -> None"))
      .def("plot", &History::plot, nb::arg("path"),
           "Writes a picture (PNG) with a chart for each number, validation beside training.")
      .def_prop_ro("epochs", &History::epochs)
      .def_prop_ro("history", [](const History& self) {
        nb::dict out;
        for (const auto& [name, values] : self.series()) out[name.c_str()] = nb::cast(values);
        return out;
      });
}

void bind_trainer(nb::module_& m) {
  nb::class_<Trainer, PyTrainer>(
      m, "Trainer", nb::is_weak_referenceable(),
      "The loop that most trainings are: compile, fit, evaluate, predict. A subclass may define "
      "train_step(self, x, y) for a step of another kind.\n"
      ">>> trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(lm.optim.SGD(lr=0.1), \"mse\")\n"
      ">>> history = trainer.fit((lm.ones((4, 2)), lm.ones((4, 1))), epochs=2, verbose=0)\n"
      ">>> trainer.predict(lm.ones((4, 2))).shape\n"
      "(4, 1)")
      .def(nb::init<std::shared_ptr<nn::Module>>(), nb::arg("module"))
      .def(
          "compile",
          [](nb::object self, nb::handle optimizer, nb::handle loss, const nb::list& metrics,
             int64_t accumulate, double clip_norm, double clip_value, int64_t memory_budget,
             const std::string& precision, bool deterministic) {
            compile(nb::cast<Trainer&>(self), optimizer, loss, metrics, accumulate, clip_norm,
                    clip_value, memory_budget, precision, deterministic);
            return self;
          },
          nb::arg("optimizer"), nb::arg("loss"), nb::arg("metrics") = nb::list(),
          nb::arg("accumulate") = 1, nb::arg("clip_norm") = 0.0, nb::arg("clip_value") = 0.0,
          nb::arg("memory_budget") = 0, nb::arg("precision") = "float32",
          nb::arg("deterministic") = false,
          "Says how to train; an optimizer without parameters is bound to the module's. Optimizer, "
          "loss and metrics may be names. precision=\"bf16\" multiplies in bfloat16, as `lm.precision` "
          "does, \"float16\" in float16 with a scaled loss; deterministic=True gives the same bits with any "
          "number of threads, as `lm.set_deterministic` does, and fit prints its fingerprint. Returns "
          "the trainer.")
      .def("fit", &fit, nb::arg("data"), nb::arg("y") = nb::none(), nb::arg("epochs") = 1,
           nb::arg("batch_size") = 32, nb::arg("validation_data") = nb::none(),
           nb::arg("shuffle") = true, nb::arg("seed") = 0, nb::arg("verbose") = 1,
           nb::arg("callbacks") = nb::list(), nb::arg("validation_split") = 0.0,
           nb::arg("class_weight") = nb::none(), nb::arg("sample_weight") = nb::none(),
           nb::arg("steps_per_epoch") = 0, nb::arg("initial_epoch") = 0,
           nb::arg("transform") = nb::none(),
           "Trains on a Dataset, arrays x and y, a DataLoader, or any iterable of batches (x, y) "
           "(PyTorch's DataLoader, a generator with steps_per_epoch), and returns the History.")
      .def(
          "evaluate",
          [](Trainer& self, nb::handle data, nb::handle y, int64_t batch_size) {
            data::Source source = to_examples(data, y, "evaluate: data");
            Logs logs;
            {
              nb::gil_scoped_release released;
              logs = self.evaluate(std::move(source), {batch_size});
            }
            return to_dict(logs);
          },
          nb::arg("data"), nb::arg("y") = nb::none(), nb::arg("batch_size") = 256,
          "Loss and metrics, as a dict.")
      .def(
          "predict",
          [](Trainer& self, nb::handle x, int64_t batch_size) {
            Array inputs = to_array(x.ptr(), std::nullopt);
            nb::gil_scoped_release released;
            return self.predict(inputs, {batch_size});
          },
          nb::arg("x"), nb::arg("batch_size") = 256, "What the module answers, computed.")
      .def(
          "save",
          [](Trainer& self, const std::string& path, std::vector<std::string> classes) {
            self.save(path, {std::move(classes)});
          },
          nb::arg("path"), nb::arg("classes") = std::vector<std::string>(),
          "The model alone, to be used without its source.")
      .def(
          "train_step",
          [](Trainer& self, Array x, Array y) {
            return self.Trainer::train_step({std::move(x), std::move(y)});
          },
          nb::arg("x"), nb::arg("y"),
          "One step on one batch; returns the loss. An override calls record_metrics before its "
          "optimizer steps, so that metrics are part of the step's program.")
      .def("step", &Trainer::step, nb::arg("loss"),
           "Backward, and a step of the optimizer where one is due: compile's accumulate and "
           "clipping.")
      .def("batch_loss", &Trainer::batch_loss, nb::arg("prediction"), nb::arg("y"),
           "The loss, weighted as fit was asked to.")
      .def("samples", &Trainer::samples, "The numbers of the running batch's examples.")
      .def(
          "record_metrics",
          [](Trainer& self, Array loss, Array prediction, Array x, Array y) {
            self.record_metrics(loss, prediction, {std::move(x), std::move(y)});
          },
          nb::arg("loss"), nb::arg("prediction"), nb::arg("x"), nb::arg("y"),
          "Counts a batch in the epoch's loss and metrics.")
      .def(
          "loss",
          [](Trainer& self, Array prediction, Array y) { return self.loss()(prediction, y); },
          nb::arg("prediction"), nb::arg("y"), "The loss that compile was given.")
      .def("load", &Trainer::load, nb::arg("path"), "The weights of a model file.")
      .def("save_checkpoint", &Trainer::save_checkpoint, nb::arg("path"),
           "Everything that training goes on from.")
      .def("load_checkpoint", &Trainer::load_checkpoint, nb::arg("path"))
      .def("stop_training", &Trainer::stop_training, nb::arg("now") = false,
           "For callbacks: the fit ends after this epoch, or now, after this batch.")
      .def_prop_ro("module", &Trainer::module, nb::rv_policy::reference_internal)
      .def_prop_ro("optimizer", &Trainer::optimizer, nb::rv_policy::reference_internal)
      .def_prop_ro("loss_scaler", &Trainer::loss_scaler, nb::rv_policy::reference_internal,
                   "The optim.LossScaler of a training in float16, else None.")
      .def("fingerprint", &Trainer::fingerprint,
           "Three checksums: of the weights, of the order in which examples came since the training "
           "began, of versions and settings. Two runs are compared by it; `fit` prints it in the "
           "deterministic mode (`lm.set_deterministic`), in which runs that agree in the last two "
           "agree in the first.\n"
           ">>> trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(\"sgd\", \"mse\")\n"
           ">>> len(trainer.fingerprint())\n"
           "26")
      .def_prop_ro("history", [](const Trainer& self) { return History(self.history()); });
}

void bind_model_files(nb::module_& m) {
  nb::class_<SavedModel, nn::Module>(
      m, "SavedModel", nb::is_final(),
      "A module made of a model file.\n"
      ">>> import os, tempfile\n"
      ">>> path = os.path.join(tempfile.mkdtemp(), \"m.lamina\")\n"
      ">>> lm.save_model(lm.nn.Linear(2, 3), (-1, 2), path, classes=[\"a\", \"b\", \"c\"])\n"
      ">>> lm.load_model(path).classes\n"
      "['a', 'b', 'c']")
      .def(
          "forward", [](SavedModel& self, Array x) { return self.forward(std::move(x)); },
          nb::arg("x"))
      .def_prop_ro("classes", &SavedModel::classes)
      .def_prop_ro(
          "input_dtype",
          [](const SavedModel& self) { return nb::steal(dtype_object(self.input().dtype)); })
      .def_prop_ro("input_shape",
                   [](const SavedModel& self) { return shape_tuple(self.input().shape); });
  m.def(
      "load_model",
      [](const std::string& path) { return std::make_shared<SavedModel>(load_model(path)); },
      nb::arg("path"),
      "The module that a model file holds; needs no source.\n"
      ">>> import os, tempfile\n"
      ">>> path = os.path.join(tempfile.mkdtemp(), \"m.lamina\")\n"
      ">>> lm.save_model(lm.nn.Linear(2, 3), (-1, 2), path)\n"
      ">>> lm.load_model(path)(lm.ones((4, 2))).shape\n"
      "(4, 3)");
  m.def(
      "save_model",
      [](nn::Module& module, nb::handle shape, const std::string& path, nb::handle dtype,
         std::vector<std::string> classes) {
        IntList sizes = to_int_list(shape, "save_model: shape");
        save_model(module, {to_dtype(dtype, float32), Shape(sizes.begin(), sizes.end())}, path,
                   {std::move(classes)});
      },
      nb::arg("module"), nb::arg("shape"), nb::arg("path"), nb::arg("dtype") = nb::none(),
      nb::arg("classes") = std::vector<std::string>(),
      "Records the forward pass for inputs of this shape (-1: any number of examples) and saves it "
      "with the "
      "weights.\n"
      ">>> import os, tempfile\n"
      ">>> path = os.path.join(tempfile.mkdtemp(), \"m.lamina\")\n"
      ">>> lm.save_model(lm.nn.Linear(2, 3), (-1, 2), path)\n"
      ">>> os.path.getsize(path) > 0\n"
      "True");
  m.def(
      "load_weights",
      [](nn::Module& module, const std::string& path) { load_weights(module, path); },
      nb::arg("module"), nb::arg("path"),
      "The weights of a model file for a module with the same state.\n"
      ">>> import os, tempfile\n"
      ">>> path = os.path.join(tempfile.mkdtemp(), \"m.lamina\")\n"
      ">>> a, b = lm.nn.Linear(2, 3), lm.nn.Linear(2, 3)\n"
      ">>> lm.save_model(a, (-1, 2), path)\n"
      ">>> lm.train.load_weights(b, path)\n"
      ">>> lm.all(a.weight == b.weight)\n"
      "True");
}

}  // namespace

void bind_training(nb::module_& m) {
  bind_results(m);
  bind_trainer(m);
  bind_model_files(m);
}

}  // namespace lamina::python
