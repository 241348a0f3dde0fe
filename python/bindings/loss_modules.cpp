// Losses as modules: lamina.nn.MSELoss, .. Options by torch's names, in torch's order.
#include "lamina/nn/loss_modules.h"

#include <nanobind/stl/shared_ptr.h>

#include "bindings.h"
#include "casters.h"
#include "loss_options.h"
#include "shared_callable.h"

namespace lamina::python {
namespace {

using Optional = std::optional<Array>;
using Name = const std::string&;  // of a reduction

template <class Loss>
nb::class_<Loss, nn::Module> loss(nb::module_& m, const char* name, const char* doc) {
  nb::class_<Loss, nn::Module> type(m, name, nb::is_final(), doc);
  type.def("forward", [](nb::handle self, const nb::args& inputs) { return self(*inputs); });
  return type;
}

// Losses that have a reduction and nothing else.
template <class Loss>
void bind_plain(nb::module_& m, const char* name, const char* doc) {
  loss<Loss>(m, name, doc)
      .def(
          "__init__",
          [](Loss* self, Name reduction) { new (self) Loss({to_reduction(reduction)}); },
          nb::arg("reduction") = "mean");
}

// A reduction, and a number or flag behind it.
template <class Loss, class Number>
void bind_with(nb::module_& m, const char* name, const char* option, Number value,
               const char* doc) {
  loss<Loss>(m, name, doc)
      .def(
          "__init__",
          [](Loss* self, Name reduction, Number value) {
            new (self) Loss({to_reduction(reduction), value});
          },
          nb::arg("reduction") = "mean", nb::arg(option) = value);
}

template <class Loss>
void bind_weighted(nb::module_& m, const char* name, const char* doc) {
  loss<Loss>(m, name, doc)
      .def(
          "__init__",
          [](Loss* self, Optional weight, Name reduction) {
            new (self) Loss({array_or_empty(std::move(weight)), to_reduction(reduction)});
          },
          nb::arg("weight") = nb::none(), nb::arg("reduction") = "mean");
}

template <class Loss>
void bind_margin(nb::module_& m, const char* name, double margin, const char* doc) {
  loss<Loss>(m, name, doc)
      .def(
          "__init__",
          [](Loss* self, double margin, Name reduction) {
            new (self) Loss({margin, to_reduction(reduction)});
          },
          nb::arg("margin") = margin, nb::arg("reduction") = "mean");
}

void bind_regression(nb::module_& m) {
  bind_plain<nn::MSELoss>(m, "MSELoss",
                          "The mean of the squared differences of predictions and targets.\n"
                          ">>> lm.nn.MSELoss()(lm.array([1.0, 2.0]), lm.array([1.5, 2.0]))\n"
                          "0.125");
  bind_plain<nn::L1Loss>(m, "L1Loss",
                         "The mean of the absolute differences of predictions and targets.\n"
                         ">>> lm.nn.L1Loss()(lm.array([1.0, 2.0]), lm.array([1.5, 2.0]))\n"
                         "0.25");
  bind_with<nn::SmoothL1Loss>(m, "SmoothL1Loss", "beta", 1.0,
                              "Squared differences below beta, absolute ones above.\n"
                              ">>> lm.nn.SmoothL1Loss()(lm.array([1.0, 4.0]), lm.array([1.5, "
                              "2.0]))\n"
                              "0.8125");
  bind_with<nn::HuberLoss>(m, "HuberLoss", "delta", 1.0,
                           "Half the squared difference up to delta, linear beyond.\n"
                           ">>> lm.nn.HuberLoss(delta=2)(lm.array([1.0]), lm.array([4.0]))\n"
                           "4");
  loss<nn::PoissonNLLLoss>(m, "PoissonNLLLoss",
                           "For targets that count: e^p - t p, where predictions are logarithms "
                           "of the rate.\n"
                           ">>> lm.nn.PoissonNLLLoss()(lm.zeros(2), lm.ones(2))\n"
                           "1")
      .def(
          "__init__",
          [](nn::PoissonNLLLoss* self, bool log_input, bool full, double eps, Name reduction) {
            new (self) nn::PoissonNLLLoss({log_input, full, eps, to_reduction(reduction)});
          },
          nb::arg("log_input") = true, nb::arg("full") = false, nb::arg("eps") = 1e-8,
          nb::arg("reduction") = "mean");
  loss<nn::GaussianNLLLoss>(m, "GaussianNLLLoss",
                            "(log(var) + (p - t)^2 / var) / 2 of predictions, targets and "
                            "predicted variances.\n"
                            ">>> lm.nn.GaussianNLLLoss()(lm.zeros(2), lm.ones(2), lm.ones(2))\n"
                            "0.5")
      .def(
          "__init__",
          [](nn::GaussianNLLLoss* self, bool full, double eps, Name reduction) {
            new (self) nn::GaussianNLLLoss({full, eps, to_reduction(reduction)});
          },
          nb::kw_only(), nb::arg("full") = false, nb::arg("eps") = 1e-6,
          nb::arg("reduction") = "mean");
}

void bind_classification(nb::module_& m) {
  bind_weighted<nn::BCELoss>(m, "BCELoss",
                             "Binary cross entropy of probabilities and targets in 0 .. 1.\n"
                             ">>> lm.nn.BCELoss()(lm.array([0.5]), lm.array([1.0]))\n"
                             "0.693147");
  loss<nn::BCEWithLogitsLoss>(m, "BCEWithLogitsLoss",
                              "Binary cross entropy of logits and targets in 0 .. 1.\n"
                              ">>> lm.nn.BCEWithLogitsLoss()(lm.zeros(1), lm.ones(1))\n"
                              "0.693147")
      .def(
          "__init__",
          [](nn::BCEWithLogitsLoss* self, Optional weight, Name reduction, Optional pos_weight) {
            new (self)
                nn::BCEWithLogitsLoss({array_or_empty(std::move(weight)), to_reduction(reduction),
                                       array_or_empty(std::move(pos_weight))});
          },
          nb::arg("weight") = nb::none(), nb::arg("reduction") = "mean",
          nb::arg("pos_weight") = nb::none());
  loss<nn::CrossEntropyLoss>(
      m, "CrossEntropyLoss",
      "-log softmax(logits)[label]; labels are class numbers, or a probability for each class.\n"
      "Classes stand on axis 1, as in torch, or on the only axis; `axis` is another place.\n"
      "Shapes: logits [N, C, ..], labels [N, ..] or [N, C, ..]; a number, or [N, ..] with "
      "reduction=\"none\".\n"
      ">>> lm.nn.CrossEntropyLoss()(lm.zeros((2, 4)), lm.array([0, 3]))\n"
      "1.38629")
      .def(
          "__init__",
          [](nn::CrossEntropyLoss* self, Optional weight, int64_t ignore_index, Name reduction,
             double label_smoothing, int axis) {
            new (self) nn::CrossEntropyLoss({array_or_empty(std::move(weight)), ignore_index,
                                             to_reduction(reduction), label_smoothing, axis});
          },
          nb::arg("weight") = nb::none(), nb::arg("ignore_index") = -100,
          nb::arg("reduction") = "mean", nb::arg("label_smoothing") = 0.0, nb::arg("axis") = 1);
  loss<nn::NLLLoss>(
      m, "NLLLoss",
      "Minus the log-probability at the label: CrossEntropyLoss behind log_softmax.\n"
      "Shapes: log_probabilities [N, C, ..], labels [N, ..]; a number, or [N, ..] with "
      "reduction=\"none\".\n"
      ">>> lm.nn.NLLLoss()(lm.array([[-0.5, -1.5]]), lm.array([1]))\n"
      "1.5")
      .def(
          "__init__",
          [](nn::NLLLoss* self, Optional weight, int64_t ignore_index, Name reduction, int axis) {
            new (self) nn::NLLLoss(
                {array_or_empty(std::move(weight)), ignore_index, to_reduction(reduction), axis});
          },
          nb::arg("weight") = nb::none(), nb::arg("ignore_index") = -100,
          nb::arg("reduction") = "mean", nb::arg("axis") = 1);
  bind_with<nn::KLDivLoss>(m, "KLDivLoss", "log_target", false,
                           "t (log(t) - p) for log-probabilities p and probabilities t.\n"
                           ">>> lm.nn.KLDivLoss()(lm.zeros(2), lm.ones(2))\n"
                           "0");
  bind_plain<nn::SoftMarginLoss>(m, "SoftMarginLoss",
                                 "log(1 + e^(-t p)) for targets of 1 and -1.\n"
                                 ">>> lm.nn.SoftMarginLoss()(lm.zeros(2), lm.array([1.0, -1.0]))\n"
                                 "0.693147");
  bind_plain<nn::MultiLabelMarginLoss>(
      m, "MultiLabelMarginLoss",
      "Hinge loss of each label's class against the classes that are none; labels end at -1.\n"
      ">>> lm.nn.MultiLabelMarginLoss()(lm.array([[0.5, 1.0]]), lm.array([[1, -1]]))\n"
      "0.25");
  bind_weighted<nn::MultiLabelSoftMarginLoss>(
      m, "MultiLabelSoftMarginLoss",
      "Binary cross entropy of logits, averaged over the classes.\n"
      ">>> lm.nn.MultiLabelSoftMarginLoss()(lm.zeros((1, 2)), lm.ones((1, 2)))\n"
      "0.693147");
  loss<nn::MultiMarginLoss>(m, "MultiMarginLoss",
                            "Hinge loss of the label's class against each other class.\n"
                            ">>> lm.nn.MultiMarginLoss()(lm.array([[0.5, 1.0]]), lm.array([1]))\n"
                            "0.25")
      .def(
          "__init__",
          [](nn::MultiMarginLoss* self, double p, double margin, Optional weight, Name reduction) {
            new (self) nn::MultiMarginLoss(
                {p, margin, array_or_empty(std::move(weight)), to_reduction(reduction)});
          },
          nb::arg("p") = 1.0, nb::arg("margin") = 1.0, nb::arg("weight") = nb::none(),
          nb::arg("reduction") = "mean");
}

void bind_distances(nb::module_& m) {
  bind_margin<nn::HingeEmbeddingLoss>(
      m, "HingeEmbeddingLoss", 1.0,
      "The distance where the target is 1, max(0, margin - distance) where it is -1.\n"
      ">>> lm.nn.HingeEmbeddingLoss()(lm.array([1.0, 0.5]), lm.array([1.0, -1.0]))\n"
      "0.75");
  bind_margin<nn::MarginRankingLoss>(
      m, "MarginRankingLoss", 0.0,
      "max(0, -t (x1 - x2) + margin): t is 1 where x1 should be the larger, -1 where x2.\n"
      ">>> lm.nn.MarginRankingLoss()(lm.array([1.0]), lm.array([1.5]), lm.array([1.0]))\n"
      "0.5");
  bind_margin<nn::CosineEmbeddingLoss>(
      m, "CosineEmbeddingLoss", 0.0,
      "1 - cos(x1, x2) where the target is 1, max(0, cos - margin) where it is -1.\n"
      ">>> x = lm.array([[1.0, 0.0]])\n"
      ">>> lm.nn.CosineEmbeddingLoss()(x, lm.array([[0.0, 1.0]]), lm.array([1.0]))\n"
      "1");
  loss<nn::TripletMarginLoss>(
      m, "TripletMarginLoss",
      "max(0, distance(anchor, positive) - distance(anchor, negative) + margin).\n"
      ">>> near, far = lm.array([[1.0, 0.0]]), lm.array([[4.0, 4.0]])\n"
      ">>> lm.nn.TripletMarginLoss(margin=6)(near, near, far)\n"
      "1")
      .def(
          "__init__",
          [](nn::TripletMarginLoss* self, double margin, double p, double eps, bool swap,
             Name reduction) {
            new (self) nn::TripletMarginLoss({margin, p, eps, swap, to_reduction(reduction)});
          },
          nb::arg("margin") = 1.0, nb::arg("p") = 2.0, nb::arg("eps") = 1e-6,
          nb::arg("swap") = false, nb::arg("reduction") = "mean");
  loss<nn::TripletMarginWithDistanceLoss>(
      m, "TripletMarginWithDistanceLoss",
      "TripletMarginLoss with a distance function of one's own.\n"
      ">>> city = lambda a, b: lm.sum(lm.abs(a - b), axis=-1)\n"
      ">>> loss = lm.nn.TripletMarginWithDistanceLoss(distance_function=city)\n"
      ">>> loss(lm.zeros((1, 2)), lm.ones((1, 2)), lm.ones((1, 2)))\n"
      "1")
      .def(
          "__init__",
          [](nn::TripletMarginWithDistanceLoss* self, nb::handle distance, double margin, bool swap,
             Name reduction) {
            nn::TripletMarginWithDistanceLossOptions options{
                {}, margin, swap, to_reduction(reduction)};
            if (!distance.is_none()) {
              auto function = share_callable(distance);
              options.distance_function = [function](const Array& x, const Array& y) {
                nb::gil_scoped_acquire gil;
                nb::object result = (*function)(x, y);
                return to_argument(result.ptr(), "TripletMarginWithDistanceLoss",
                                   "the result of distance_function");
              };
            }
            new (self) nn::TripletMarginWithDistanceLoss(std::move(options));
          },
          nb::kw_only(), nb::arg("distance_function") = nb::none(), nb::arg("margin") = 1.0,
          nb::arg("swap") = false, nb::arg("reduction") = "mean");
}

void bind_sequences(nb::module_& m) {
  loss<nn::CTCLoss>(
      m, "CTCLoss",
      "Connectionist temporal classification: -log of the probability that log_probs spell the\n"
      "targets, with blanks and repeats anywhere.\n"
      "Shapes: log_probs [T, N, C], targets [N, S], input_lengths [N], target_lengths [N]; a "
      "number, or [N] with reduction=\"none\".\n"
      ">>> even = lm.log_softmax(lm.zeros((2, 1, 2)))\n"
      ">>> lm.nn.CTCLoss()(even, lm.array([[1]]), lm.array([2]), lm.array([1]))\n"
      "0.287682")
      .def(
          "__init__",
          [](nn::CTCLoss* self, int64_t blank, Name reduction, bool zero_infinity) {
            new (self) nn::CTCLoss({blank, to_reduction(reduction), zero_infinity});
          },
          nb::arg("blank") = 0, nb::arg("reduction") = "mean", nb::arg("zero_infinity") = false);
}

}  // namespace

void bind_loss_modules(nb::module_& m) {
  bind_regression(m);
  bind_classification(m);
  bind_distances(m);
  bind_sequences(m);
}

}  // namespace lamina::python
