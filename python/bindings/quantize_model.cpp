// Models of 8-bit integers.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "array_object.h"
#include "bindings.h"
#include "casters.h"
#include "datasets.h"
#include "lamina/quantize/quantize.h"

namespace lamina::python {

namespace {

#define LAMINA_QUANTIZATION_ARGUMENTS                                                         \
  nb::arg("model"), nb::arg("data"), nb::kw_only(),                                           \
      nb::arg("method") = "min-max", nb::arg("keep") = std::vector<std::string>(),            \
      nb::arg("tolerance") = 15.0, nb::arg("percentile") = 99.99, nb::arg("examples") = 1024, \
      nb::arg("batch_size") = 32

// The data as a source: examples without labels too.
data::Source to_calibration(nb::handle data, const char* what) {
  if (is_array(data.ptr()) || nb::hasattr(data, "__array_interface__"))
    return unlabelled(to_rows(data));
  return to_source(data, what);
}

nb::tuple quantize_model(nn::Module& model, nb::handle data, const std::string& method,
                         const std::vector<std::string>& keep, double tolerance, double percentile,
                         int64_t examples, int64_t batch_size) {
  QuantizedModel result = quantize(model, to_calibration(data, "quantize: data"),
                                   {method, keep, tolerance, percentile, examples, batch_size});
  return nb::make_tuple(std::make_shared<SavedModel>(std::move(result.model)),
                        std::move(result.report));
}

std::shared_ptr<QuantizationAware> aware_of(nn::Module& model, nb::handle data,
                                            const std::string& method,
                                            const std::vector<std::string>& keep, double tolerance,
                                            double percentile, int64_t examples,
                                            int64_t batch_size) {
  return std::make_shared<QuantizationAware>(
      quantization_aware(model, to_calibration(data, "quantization_aware: data"),
                         {method, keep, tolerance, percentile, examples, batch_size}));
}

}  // namespace

void bind_model_quantization(nb::module_& m) {
  nb::class_<QuantizedLayer>(
      m, "QuantizedLayer",
      "A layer in the report of quantize.\n"
      ">>> model = lm.nn.Sequential(lm.nn.Linear(8, 4), lm.nn.ReLU(), lm.nn.Linear(4, 2))\n"
      ">>> _, report = lm.quantize(model, lm.random.normal((64, 8)), keep=[\"2\"])\n"
      ">>> [(layer.name, layer.kind, layer.quantized, layer.reason) for layer in report.layers]\n"
      "[('0', 'linear', True, ''), ('2', 'linear', False, 'kept')]")
      .def_ro("name", &QuantizedLayer::name)
      .def_ro("kind", &QuantizedLayer::kind)
      .def_prop_ro("weight", [](const QuantizedLayer& self) { return shape_tuple(self.weight); })
      .def_ro("snr", &QuantizedLayer::snr, "Signal to noise of its output, in decibels.")
      .def_ro("quantized", &QuantizedLayer::quantized)
      .def_ro("reason", &QuantizedLayer::reason, "Why it is not quantised.");
  nb::class_<QuantizationReport>(
      m, "QuantizationReport",
      "What quantize did to each layer, and what it cost; prints as a table.\n"
      ">>> model = lm.nn.Linear(8, 4)\n"
      ">>> _, report = lm.quantize(model, lm.random.normal((64, 8)))\n"
      ">>> report.output_snr > 30\n"
      "True")
      .def_ro("layers", &QuantizationReport::layers)
      .def_ro("output_snr", &QuantizationReport::output_snr, "Of the model's output, in decibels.")
      .def_ro("examples", &QuantizationReport::examples)
      .def_ro("accuracy_before", &QuantizationReport::accuracy_before,
              "None where the data have no class labels.")
      .def_ro("accuracy_after", &QuantizationReport::accuracy_after)
      .def("__str__", [](const QuantizationReport& self) { return to_string(self); })
      .def("__repr__", [](const QuantizationReport& self) { return to_string(self); });
  nb::class_<QuantizationAware, SavedModel>(
      m, "QuantizationAware", nb::is_final(),
      "A model whose layers round as integers would, to train before quantize.\n"
      ">>> aware = lm.quantization_aware(lm.nn.Linear(8, 4), lm.random.normal((64, 8)))\n"
      ">>> isinstance(aware, lm.QuantizationAware), len(aware.parameters())\n"
      "(True, 2)")
      .def(
          "forward", [](QuantizationAware& self, Array x) { return self.forward(std::move(x)); },
          nb::arg("x"));
  m.def("quantize", &quantize_model, LAMINA_QUANTIZATION_ARGUMENTS,
        "A trained model as one that multiplies 8-bit integers, with a report; or the integers that "
        "stand for\n"
        "an array: round(x / scale) + zero_point, half to even, cut to the range of the type.\n"
        "data: batches (x, y), a dataset, or an array of examples; they say how far values reach: "
        "with the\n"
        "method \"min-max\" all of them, \"percentile\" that share, \"entropy\" what loses the "
        "least information.\n"
        "Layers named in keep, and those whose output has less than tolerance decibels, stay "
        "float32.\n"
        ">>> lm.quantize(lm.array([0.25, 0.75, 99.0]), 0.5)\n"
        "[0, 2, 127]\n"
        ">>> train, test = lm.data.digits().split(0.8, seed=0)\n"
        ">>> model = lm.nn.Sequential(lm.nn.Conv2d(1, 8, 3), lm.nn.ReLU(), lm.nn.Flatten(), "
        "lm.nn.Linear(288, 10))\n"
        ">>> fast, report = lm.quantize(model, train)\n"
        ">>> [layer.quantized for layer in report.layers]\n"
        "[True, True]\n"
        ">>> fast(test.x[:5]).shape\n"
        "(5, 10)");
  m.def("quantization_aware", &aware_of, LAMINA_QUANTIZATION_ARGUMENTS,
        "A model to train for integers: its layers round what they read and multiply with, and "
        "gradients\n"
        "go straight through. Takes what quantize takes; quantize makes integers of it.\n"
        ">>> x, y = lm.random.normal((64, 8)), lm.zeros((64, 4))\n"
        ">>> aware = lm.quantization_aware(lm.nn.Linear(8, 4), x)\n"
        ">>> trainer = lm.Trainer(aware).compile(lm.optim.SGD(lr=0.1), \"mse\")\n"
        ">>> history = trainer.fit((x, y), epochs=2, verbose=0)\n"
        ">>> fast, report = lm.quantize(aware, x)\n"
        ">>> report.layers[0].quantized\n"
        "True");
}

}  // namespace lamina::python
