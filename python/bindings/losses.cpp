// Losses by torch's names: lamina.nn.
#include "lamina/nn/losses.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/base/error.h"
#include "loss_options.h"

namespace lamina::python {

LossReduction to_reduction(const std::string& name) {
  if (name == "mean") return LossReduction::Mean;
  if (name == "sum") return LossReduction::Sum;
  if (name == "none") return LossReduction::None;
  if (name == "batchmean") return LossReduction::BatchMean;
  throw ValueError(text("loss: expected the reduction 'mean', 'sum' or 'none', got '", name, "'"));
}

namespace {

using Optional = std::optional<Array>;
using Name = const std::string&;  // of a reduction
using SimpleLoss = Array (*)(Array, Array, nn::LossOptions);

void bind_simple(nb::module_& m, const char* name, SimpleLoss function, const char* second,
                 const char* doc) {
  m.def(
      name,
      [=](Array p, Array t, Name reduction) {
        return function(std::move(p), std::move(t), {to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg(second), nb::arg("reduction") = "mean", doc);
}

void bind_regression(nb::module_& m) {
  bind_simple(m, "mse_loss", &nn::mse_loss, "targets",
              "The mean of the squared differences.\n"
              ">>> lm.nn.mse_loss(lm.array([1.0, 2.0]), lm.array([1.5, 2.0]))\n"
              "0.125");
  bind_simple(m, "l1_loss", &nn::l1_loss, "targets",
              "The mean of the absolute differences.\n"
              ">>> lm.nn.l1_loss(lm.array([1.0, 2.0]), lm.array([1.5, 2.0]))\n"
              "0.25");
  m.def(
      "huber_loss",
      [](Array p, Array t, double delta, Name reduction) {
        return nn::huber_loss(std::move(p), std::move(t), {delta, to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("delta") = 1.0,
      nb::arg("reduction") = "mean",
      "Half the square up to delta, linear beyond.\n"
      ">>> lm.nn.huber_loss(lm.array([1.0, 2.0]), lm.array([1.5, 2.0]))\n"
      "0.0625");
  m.def(
      "smooth_l1_loss",
      [](Array p, Array t, double beta, Name reduction) {
        return nn::smooth_l1_loss(std::move(p), std::move(t), {beta, to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("beta") = 1.0,
      nb::arg("reduction") = "mean",
      "huber_loss with delta = beta, divided by beta.\n"
      ">>> lm.nn.smooth_l1_loss(lm.array([1.0, 2.0]), lm.array([1.5, 2.0]))\n"
      "0.0625");
  m.def(
      "poisson_nll_loss",
      [](Array p, Array t, bool log_input, bool full, double epsilon, Name reduction) {
        return nn::poisson_nll_loss(std::move(p), std::move(t),
                                    {log_input, full, epsilon, to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("log_input") = true,
      nb::arg("full") = false, nb::arg("epsilon") = 1e-8, nb::arg("reduction") = "mean",
      "For counts: e^p - t p, where predictions are logarithms of the rate.\n"
      ">>> lm.nn.poisson_nll_loss(lm.zeros(2), lm.ones(2))\n"
      "1");
  m.def(
      "gaussian_nll_loss",
      [](Array p, Array t, Array var, bool full, double epsilon, Name reduction) {
        return nn::gaussian_nll_loss(std::move(p), std::move(t), std::move(var),
                                     {full, epsilon, to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("var"), nb::arg("full") = false,
      nb::arg("epsilon") = 1e-6, nb::arg("reduction") = "mean",
      "(log(var) + (p - t)^2 / var) / 2, for predicted variances.\n"
      ">>> lm.nn.gaussian_nll_loss(lm.array([1.0, 2.0]), lm.array([1.5, 2.0]), lm.ones(2))\n"
      "0.0625");
}

void bind_classification(nb::module_& m) {
  m.def(
      "binary_cross_entropy",
      [](Array p, Array t, Optional weight, Name reduction) {
        return nn::binary_cross_entropy(
            std::move(p), std::move(t),
            {array_or_empty(std::move(weight)), to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("weight") = nb::none(),
      nb::arg("reduction") = "mean",
      "Binary cross entropy of probabilities and targets in 0 .. 1.\n"
      ">>> lm.nn.binary_cross_entropy(lm.array([0.5]), lm.array([1.0]))\n"
      "0.693147");
  m.def(
      "bce_with_logits",
      [](Array p, Array t, Optional weight, Optional pos_weight, Name reduction) {
        return nn::bce_with_logits(
            std::move(p), std::move(t),
            {array_or_empty(std::move(weight)), array_or_empty(std::move(pos_weight)),
             to_reduction(reduction)});
      },
      nb::arg("logits"), nb::arg("targets"), nb::arg("weight") = nb::none(),
      nb::arg("pos_weight") = nb::none(), nb::arg("reduction") = "mean",
      "Binary cross entropy of logits and targets in 0 .. 1.\n"
      ">>> lm.nn.bce_with_logits(lm.zeros(1), lm.ones(1))\n"
      "0.693147");
  m.def(
      "nll_loss",
      [](Array p, Array labels, int axis, Optional weight, std::optional<int64_t> ignore_index,
         Name reduction) {
        return nn::nll_loss(
            std::move(p), std::move(labels),
            {axis, array_or_empty(std::move(weight)), ignore_index, to_reduction(reduction)});
      },
      nb::arg("log_probabilities"), nb::arg("labels"), nb::arg("axis") = -1,
      nb::arg("weight") = nb::none(), nb::arg("ignore_index") = nb::none(),
      nb::arg("reduction") = "mean",
      "Minus the log-probability at the label, for the outputs of log_softmax.\n"
      ">>> lm.nn.nll_loss(lm.array([[-0.5, -1.5]]), lm.array([1]))\n"
      "1.5");
  m.def(
      "kl_div",
      [](Array p, Array t, bool log_target, Name reduction) {
        return nn::kl_div(std::move(p), std::move(t), {log_target, to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("log_target") = false,
      nb::arg("reduction") = "mean",
      "t (log(t) - p) for log-probabilities p. The mathematical mean is reduction='batchmean'.\n"
      ">>> lm.nn.kl_div(lm.zeros(2), lm.ones(2))\n"
      "0");
  bind_simple(m, "soft_margin_loss", &nn::soft_margin_loss, "targets",
              "log(1 + e^(-t p)) for targets of 1 and -1.\n"
              ">>> lm.nn.soft_margin_loss(lm.zeros(2), lm.array([1.0, -1.0]))\n"
              "0.693147");
  m.def(
      "ctc_loss",
      [](Array log_probs, Array targets, Array input_lengths, Array target_lengths, int64_t blank,
         bool zero_infinity, Name reduction) {
        return nn::ctc_loss(std::move(log_probs), std::move(targets), std::move(input_lengths),
                            std::move(target_lengths),
                            {blank, zero_infinity, to_reduction(reduction)});
      },
      nb::arg("log_probs"), nb::arg("targets"), nb::arg("input_lengths"), nb::arg("target_lengths"),
      nb::arg("blank") = 0, nb::arg("zero_infinity") = false, nb::arg("reduction") = "mean",
      "-log of the probability that log_probs [T, N, C] spell the targets [N, S] with blanks and\n"
      "repeats anywhere. The mean is over the batch, each loss divided by its number of labels.\n"
      ">>> even = lm.log_softmax(lm.zeros((2, 1, 2)))\n"
      ">>> lm.nn.ctc_loss(even, lm.array([[1]]), lm.array([2]), lm.array([1]))\n"
      "0.287682");
}

template <auto kLoss>
void bind_margin(nb::module_& m, const char* name, double margin, const char* doc) {
  m.def(
      name,
      [](Array x1, Array x2, Array t, double margin, Name reduction) {
        return kLoss(std::move(x1), std::move(x2), std::move(t), {margin, to_reduction(reduction)});
      },
      nb::arg("x1"), nb::arg("x2"), nb::arg("targets"), nb::arg("margin") = margin,
      nb::arg("reduction") = "mean", doc);
}

void bind_margins(nb::module_& m) {
  m.def(
      "hinge_embedding_loss",
      [](Array p, Array t, double margin, Name reduction) {
        return nn::hinge_embedding_loss(std::move(p), std::move(t),
                                        {margin, to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("margin") = 1.0,
      nb::arg("reduction") = "mean",
      "p where the target is 1, max(0, margin - p) where it is -1.\n"
      ">>> lm.nn.hinge_embedding_loss(lm.array([1.0, 2.0]), lm.array([1.0, -1.0]))\n"
      "0.5");
  bind_margin<&nn::margin_ranking_loss>(
      m, "margin_ranking_loss", 0.0,
      "max(0, -t (x1 - x2) + margin): t is 1 where x1 should be the larger, -1 where x2.\n"
      ">>> lm.nn.margin_ranking_loss(lm.array([1.0, 2.0]), lm.array([1.5, 2.0]), lm.array([1.0, "
      "-1.0]))\n"
      "0.25");
  bind_margin<&nn::cosine_embedding_loss>(
      m, "cosine_embedding_loss", 0.0,
      "1 - cos(x1, x2) where the target is 1, max(0, cos - margin) where it is -1.\n"
      ">>> lm.nn.cosine_embedding_loss(lm.array([[1.0, 0.0]]), lm.array([[0.0, 1.0]]), "
      "lm.array([1.0]))\n"
      "1");
  m.def(
      "multi_margin_loss",
      [](Array p, Array labels, double degree, double margin, Optional weight, Name reduction) {
        return nn::multi_margin_loss(
            std::move(p), std::move(labels),
            {degree, margin, array_or_empty(std::move(weight)), to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("labels"), nb::arg("p") = 1.0, nb::arg("margin") = 1.0,
      nb::arg("weight") = nb::none(), nb::arg("reduction") = "mean",
      "Hinge loss of the label's class against each other class.\n"
      ">>> lm.nn.multi_margin_loss(lm.array([[0.5, 1.0]]), lm.array([1]))\n"
      "0.25");
  bind_simple(m, "multilabel_margin_loss", &nn::multilabel_margin_loss, "labels",
              "Hinge loss of each label's class against the classes that are none; labels end "
              "at -1.\n"
              ">>> lm.nn.multilabel_margin_loss(lm.array([[0.5, 1.0]]), lm.array([[1, -1]]))\n"
              "0.25");
  m.def(
      "multilabel_soft_margin_loss",
      [](Array p, Array t, Optional weight, Name reduction) {
        return nn::multilabel_soft_margin_loss(
            std::move(p), std::move(t),
            {array_or_empty(std::move(weight)), to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("weight") = nb::none(),
      nb::arg("reduction") = "mean",
      "Binary cross entropy of logits, averaged over the classes.\n"
      ">>> lm.nn.multilabel_soft_margin_loss(lm.zeros((1, 2)), lm.ones((1, 2)))\n"
      "0.693147");
  m.def(
      "triplet_margin_loss",
      [](Array a, Array b, Array c, double margin, double p, double epsilon, bool swap,
         Name reduction) {
        return nn::triplet_margin_loss(std::move(a), std::move(b), std::move(c),
                                       {margin, p, epsilon, swap, to_reduction(reduction)});
      },
      nb::arg("anchor"), nb::arg("positive"), nb::arg("negative"), nb::arg("margin") = 1.0,
      nb::arg("p") = 2.0, nb::arg("epsilon") = 1e-6, nb::arg("swap") = false,
      nb::arg("reduction") = "mean",
      "max(0, distance(anchor, positive) - distance(anchor, negative) + margin).\n"
      ">>> lm.nn.triplet_margin_loss(lm.array([[1.0]]), lm.array([[2.0]]), lm.array([[1.5]]))\n"
      "1.5");
  m.def(
      "triplet_margin_with_distance_loss",
      [](Array a, Array b, Array c, nb::object distance, double margin, bool swap, Name reduction) {
        nn::TripletDistanceOptions options{{}, margin, swap, to_reduction(reduction)};
        if (!distance.is_none()) {
          options.distance = [&](const Array& x, const Array& y) {
            nb::object result = distance(x, y);
            return to_argument(result.ptr(), "triplet_margin_with_distance_loss",
                               "the result of distance");
          };
        }
        return nn::triplet_margin_with_distance_loss(std::move(a), std::move(b), std::move(c),
                                                     options);
      },
      nb::arg("anchor"), nb::arg("positive"), nb::arg("negative"), nb::arg("distance") = nb::none(),
      nb::arg("margin") = 1.0, nb::arg("swap") = false, nb::arg("reduction") = "mean",
      "triplet_margin_loss with a distance function of one's own.\n"
      ">>> city = lambda a, b: lm.sum(lm.abs(a - b), axis=-1)\n"
      ">>> x, y = lm.zeros((1, 2)), lm.ones((1, 2))\n"
      ">>> lm.nn.triplet_margin_with_distance_loss(x, y, y, distance=city)\n"
      "1");
}

}  // namespace

void bind_losses(nb::module_& m) {
  bind_regression(m);
  bind_classification(m);
  bind_margins(m);
  m.attr("binary_cross_entropy_with_logits") = m.attr("bce_with_logits");  // torch's name
}

}  // namespace lamina::python
