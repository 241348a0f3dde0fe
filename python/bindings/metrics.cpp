// Metrics of lamina.train.
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/trampoline.h>

#include "bindings.h"
#include "casters.h"
#include "lamina/train/bleu.h"
#include "lamina/train/classification_metrics.h"
#include "lamina/train/regression_metrics.h"

namespace lamina::python {

using namespace train;

namespace {

class PyMetric : public Metric {
 public:
  NB_TRAMPOLINE(Metric);
  std::string name() const override { NB_OVERRIDE_PURE(name); }
  Array measure(const Array& prediction, const Array& target) override {
    NB_OVERRIDE_PURE(measure, prediction, target);
  }
  double compute(const std::vector<double>& sums, int64_t examples) const override {
    NB_OVERRIDE(compute, sums, examples);
  }
};

}  // namespace

void bind_metrics(nb::module_& m) {
  nb::class_<Metric, PyMetric>(
      m, "Metric", nb::is_weak_referenceable(),
      "A number from sums over batches; subclasses define name() and measure(prediction, target), "
      "and compute(sums, examples) where it is no mean.\n"
      ">>> class Largest(lm.train.Metric):\n"
      "...     def name(self): return \"largest\"\n"
      "...     def measure(self, prediction, target): return lm.max(prediction)\n"
      ">>> Largest().measure(lm.array([1.0, 3.0]), lm.zeros(2))\n"
      "3")
      .def(nb::init<>())
      .def("name", &Metric::name)
      .def("measure", &Metric::measure, nb::arg("prediction"), nb::arg("target"),
           "Sums over the examples of a batch, recorded.")
      .def(
          "compute",
          [](const Metric& self, const std::vector<double>& sums, int64_t examples) {
            return self.Metric::compute(sums, examples);
          },
          nb::arg("sums"), nb::arg("examples"), "From the sums over all batches to the number.")
      .def("update", &Metric::update, nb::arg("prediction"), nb::arg("target"))
      .def("result", &Metric::result, "Of all updates; NaN before the first.")
      .def("reset", &Metric::reset);
  nb::class_<Accuracy, Metric>(
      m, "Accuracy",
      "The share of examples whose largest score is that of their class.\n"
      ">>> scores = lm.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])\n"
      ">>> classes = lm.array([1, 0, 0, 0])\n"
      ">>> metric = lm.train.Accuracy()\n"
      ">>> metric.update(scores, classes)\n"
      ">>> metric.result()\n"
      "0.75")
      .def(nb::init<>());
  nb::class_<BinaryAccuracy, Metric>(
      m, "BinaryAccuracy",
      "The share of right answers to questions of yes or no.\n"
      ">>> metric = lm.train.BinaryAccuracy()\n"
      ">>> metric.update(lm.array([0.9, 0.4, 0.6, 0.2]), lm.array([1, 1, 0, 0]))\n"
      ">>> metric.result()\n"
      "0.5")
      .def(
          "__init__",
          [](BinaryAccuracy* self, double threshold) { new (self) BinaryAccuracy({threshold}); },
          nb::arg("threshold") = 0.5);
  nb::class_<TopKAccuracy, Metric>(
      m, "TopKAccuracy",
      "The share of examples whose class is among the k largest scores.\n"
      ">>> scores = lm.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])\n"
      ">>> classes = lm.array([1, 0, 0, 0])\n"
      ">>> metric = lm.train.TopKAccuracy(k=2)\n"
      ">>> metric.update(scores, classes)\n"
      ">>> metric.result()\n"
      "1.0")
      .def(
          "__init__", [](TopKAccuracy* self, int64_t k) { new (self) TopKAccuracy({k}); },
          nb::arg("k") = 5);
  nb::class_<Precision, Metric>(
      m, "Precision",
      "Of what is said to be of a class, how much is: the mean over the classes, or as average "
      "says.\n"
      ">>> scores = lm.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])\n"
      ">>> classes = lm.array([1, 0, 0, 0])\n"
      ">>> metric = lm.train.Precision()\n"
      ">>> metric.update(scores, classes)\n"
      ">>> metric.result()\n"
      "0.75")
      .def(
          "__init__",
          [](Precision* self, std::string average, double threshold) {
            new (self) Precision({std::move(average), threshold});
          },
          nb::arg("average") = "macro", nb::arg("threshold") = 0.5);
  nb::class_<Recall, Metric>(
      m, "Recall",
      "Of what is of a class, how much is said to be.\n"
      ">>> scores = lm.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])\n"
      ">>> classes = lm.array([1, 0, 0, 0])\n"
      ">>> metric = lm.train.Recall()\n"
      ">>> metric.update(scores, classes)\n"
      ">>> metric.result()\n"
      "0.8333333333333333")
      .def(
          "__init__",
          [](Recall* self, std::string average, double threshold) {
            new (self) Recall({std::move(average), threshold});
          },
          nb::arg("average") = "macro", nb::arg("threshold") = 0.5);
  nb::class_<F1, Metric>(m, "F1",
                         "The harmonic mean of precision and recall.\n"
                         ">>> scores = lm.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])\n"
                         ">>> classes = lm.array([1, 0, 0, 0])\n"
                         ">>> metric = lm.train.F1()\n"
                         ">>> metric.update(scores, classes)\n"
                         ">>> metric.result()\n"
                         "0.7333333333333334")
      .def(
          "__init__",
          [](F1* self, std::string average, double threshold) {
            new (self) F1({std::move(average), threshold});
          },
          nb::arg("average") = "macro", nb::arg("threshold") = 0.5);
  nb::class_<AUC, Metric>(
      m, "AUC",
      "The area under the curve of true against false positives, over evenly spaced thresholds.\n"
      ">>> metric = lm.train.AUC()\n"
      ">>> metric.update(lm.array([0.9, 0.4, 0.6, 0.2]), lm.array([1, 1, 0, 0]))\n"
      ">>> metric.result()\n"
      "0.75")
      .def(
          "__init__", [](AUC* self, int64_t thresholds) { new (self) AUC({thresholds}); },
          nb::arg("thresholds") = 200);
  nb::class_<ConfusionMatrix, Metric>(
      m, "ConfusionMatrix",
      "How often each class (the row) was taken for each.\n"
      ">>> scores = lm.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])\n"
      ">>> classes = lm.array([1, 0, 0, 0])\n"
      ">>> metric = lm.train.ConfusionMatrix()\n"
      ">>> metric.update(scores, classes)\n"
      ">>> metric.matrix()\n"
      "[[2, 1], [0, 1]]")
      .def(nb::init<>())
      .def("matrix", &ConfusionMatrix::matrix);
  nb::class_<MeanIoU, ConfusionMatrix>(
      m, "MeanIoU",
      "Intersection over union of what is and what is said to be of a class, the mean over "
      "classes.\n"
      ">>> scores = lm.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])\n"
      ">>> classes = lm.array([1, 0, 0, 0])\n"
      ">>> metric = lm.train.MeanIoU()\n"
      ">>> metric.update(scores, classes)\n"
      ">>> metric.result()\n"
      "0.5833333333333333")
      .def(nb::init<>());
  nb::class_<Perplexity, Metric>(m, "Perplexity",
                                 "e to the mean cross entropy of logits.\n"
                                 ">>> metric = lm.train.Perplexity()\n"
                                 ">>> metric.update(lm.zeros((3, 4)), lm.array([0, 1, 2]))\n"
                                 ">>> round(metric.result(), 3)\n"
                                 "4.0")
      .def(nb::init<>());
  nb::class_<MeanSquaredError, Metric>(
      m, "MeanSquaredError",
      "The mean of the squared differences.\n"
      ">>> metric = lm.train.MeanSquaredError()\n"
      ">>> metric.update(lm.array([1.0, 2.0, 5.0]), lm.array([1.0, 2.0, 3.0]))\n"
      ">>> round(metric.result(), 3)\n"
      "1.333")
      .def(nb::init<>());
  nb::class_<RootMeanSquaredError, Metric>(
      m, "RootMeanSquaredError",
      "The root of the mean of the squared differences.\n"
      ">>> metric = lm.train.RootMeanSquaredError()\n"
      ">>> metric.update(lm.array([1.0, 2.0, 5.0]), lm.array([1.0, 2.0, 3.0]))\n"
      ">>> round(metric.result(), 3)\n"
      "1.155")
      .def(nb::init<>());
  nb::class_<MeanAbsoluteError, Metric>(
      m, "MeanAbsoluteError",
      "The mean of the absolute differences.\n"
      ">>> metric = lm.train.MeanAbsoluteError()\n"
      ">>> metric.update(lm.array([1.0, 2.0, 5.0]), lm.array([1.0, 2.0, 3.0]))\n"
      ">>> round(metric.result(), 3)\n"
      "0.667")
      .def(nb::init<>());
  nb::class_<R2, Metric>(m, "R2",
                         "The share of the targets' variance that the predictions explain.\n"
                         ">>> metric = lm.train.R2()\n"
                         ">>> metric.update(lm.array([1.0, 2.0, 5.0]), lm.array([1.0, 2.0, 3.0]))\n"
                         ">>> round(metric.result(), 3)\n"
                         "-1.0")
      .def(nb::init<>());
  nb::class_<BLEU>(m, "BLEU", nb::is_weak_referenceable(),
                   "How many runs of words translations share with references (Papineni et al. "
                   "2002).\n"
                   ">>> bleu = lm.train.BLEU(order=2)\n"
                   ">>> bleu.update([1, 2, 3, 4], [[1, 2, 3, 5]])\n"
                   ">>> round(bleu.result(), 3)\n"
                   "0.707")
      .def(
          "__init__", [](BLEU* self, int64_t order) { new (self) BLEU({order}); },
          nb::arg("order") = 4)
      .def("update", &BLEU::update, nb::arg("translation"), nb::arg("references"))
      .def("result", &BLEU::result)
      .def("reset", &BLEU::reset);
}

}  // namespace lamina::python
