// Losses by Keras' names: lamina.nn.losses.
#include "lamina/nn/keras_losses.h"

#include "bindings.h"
#include "casters.h"
#include "loss_options.h"

namespace lamina::python {
namespace {

namespace losses = nn::losses;
using Name = const std::string&;  // of a reduction

template <auto kLoss>
void bind_simple(nb::module_& m, const char* name, const char* doc) {
  m.def(
      name,
      [](Array p, Array t, Name reduction) {
        return kLoss(std::move(p), std::move(t), {to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("reduction") = "mean", doc);
}

template <auto kLoss>
void bind_crossentropy(nb::module_& m, const char* name, const char* doc) {
  m.def(
      name,
      [](Array p, Array t, bool from_logits, double label_smoothing, int axis, Name reduction) {
        return kLoss(std::move(p), std::move(t),
                     {from_logits, label_smoothing, axis, to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("from_logits") = false,
      nb::arg("label_smoothing") = 0.0, nb::arg("axis") = -1, nb::arg("reduction") = "mean", doc);
}

void bind_probabilities(nb::module_& m) {
  bind_crossentropy<&losses::binary_crossentropy>(
      m, "binary_crossentropy",
      "Binary cross entropy of probabilities, or of logits.\n"
      ">>> lm.nn.losses.binary_crossentropy(lm.array([[0.5]]), lm.array([[1.0]]))\n"
      "0.693147");
  bind_crossentropy<&losses::categorical_crossentropy>(
      m, "categorical_crossentropy",
      "Cross entropy of probabilities, or logits, and one-hot targets.\n"
      ">>> lm.nn.losses.categorical_crossentropy(lm.array([[0.5, 0.5]]), lm.array([[0.0, 1.0]]))\n"
      "0.693147");
  m.def(
      "sparse_categorical_crossentropy",
      [](Array p, Array t, bool from_logits, std::optional<int64_t> ignore_class, int axis,
         Name reduction) {
        return losses::sparse_categorical_crossentropy(
            std::move(p), std::move(t), {from_logits, ignore_class, axis, to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("from_logits") = false,
      nb::arg("ignore_class") = nb::none(), nb::arg("axis") = -1, nb::arg("reduction") = "mean",
      "Cross entropy of probabilities, or logits, and class numbers.\n"
      ">>> lm.nn.losses.sparse_categorical_crossentropy(lm.array([[0.5, 0.5]]), lm.array([1]))\n"
      "0.693147");
  m.def(
      "binary_focal_crossentropy",
      [](Array p, Array t, bool apply_class_balancing, double alpha, double gamma, bool from_logits,
         double label_smoothing, Name reduction) {
        return losses::binary_focal_crossentropy(std::move(p), std::move(t),
                                                 {apply_class_balancing, alpha, gamma, from_logits,
                                                  label_smoothing, to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("apply_class_balancing") = false,
      nb::arg("alpha") = 0.25, nb::arg("gamma") = 2.0, nb::arg("from_logits") = false,
      nb::arg("label_smoothing") = 0.0, nb::arg("reduction") = "mean",
      "Binary cross entropy in which what is right already counts little.\n"
      ">>> lm.nn.losses.binary_focal_crossentropy(lm.array([[0.5]]), lm.array([[1.0]]))\n"
      "0.173287");
  m.def(
      "categorical_focal_crossentropy",
      [](Array p, Array t, double alpha, double gamma, bool from_logits, double label_smoothing,
         int axis, Name reduction) {
        return losses::categorical_focal_crossentropy(
            std::move(p), std::move(t),
            {alpha, gamma, from_logits, label_smoothing, axis, to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("alpha") = 0.25, nb::arg("gamma") = 2.0,
      nb::arg("from_logits") = false, nb::arg("label_smoothing") = 0.0, nb::arg("axis") = -1,
      nb::arg("reduction") = "mean",
      "Categorical cross entropy in which what is right already counts little.\n"
      ">>> lm.nn.losses.categorical_focal_crossentropy(lm.array([[0.5, 0.5]]), lm.array([[0.0, "
      "1.0]]))\n"
      "0.0433217");
  bind_simple<&losses::kl_divergence>(
      m, "kl_divergence",
      "The sum of t log(t / p) over rows.\n"
      ">>> lm.nn.losses.kl_divergence(lm.array([[0.5, 0.5]]), lm.array([[0.0, 1.0]]))\n"
      "0.693146");
  bind_simple<&losses::poisson>(m, "poisson",
                                "p - t log(p).\n"
                                ">>> lm.nn.losses.poisson(lm.array([[1.0]]), lm.array([[2.0]]))\n"
                                "1");
}

void bind_sets(nb::module_& m) {
  auto axes = [](nb::handle axis, const char* what) {
    return axis.is_none() ? std::nullopt : std::optional(to_int_list(axis, what));
  };
  m.def(
      "dice",
      [=](Array p, Array t, nb::handle axis, Name reduction) {
        return losses::dice(std::move(p), std::move(t),
                            {axes(axis, "dice: axis"), to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("axis") = nb::none(),
      nb::arg("reduction") = "mean",
      "1 - 2 |p t| / (|p| + |t|).\n"
      ">>> lm.nn.losses.dice(lm.array([[1.0, 0.0]]), lm.array([[1.0, 1.0]]))\n"
      "0.333333");
  m.def(
      "tversky",
      [=](Array p, Array t, double alpha, double beta, nb::handle axis, Name reduction) {
        return losses::tversky(std::move(p), std::move(t),
                               {alpha, beta, axes(axis, "tversky: axis"), to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("alpha") = 0.5, nb::arg("beta") = 0.5,
      nb::arg("axis") = nb::none(), nb::arg("reduction") = "mean",
      "1 - |p t| / (|p t| + alpha |p (1 - t)| + beta |(1 - p) t|).\n"
      ">>> lm.nn.losses.tversky(lm.array([[1.0, 0.0]]), lm.array([[1.0, 1.0]]))\n"
      "0.333333");
  m.def(
      "circle",
      [](Array p, Array t, double gamma, double margin, bool remove_diagonal, Name reduction) {
        return losses::circle(std::move(p), std::move(t),
                              {gamma, margin, remove_diagonal, to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("gamma") = 80.0, nb::arg("margin") = 0.4,
      nb::arg("remove_diagonal") = true, nb::arg("reduction") = "mean",
      "Circle loss of embeddings [N, D] of length 1 and class numbers [N].\n"
      ">>> x = lm.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])\n"
      ">>> lm.nn.losses.circle(x, lm.array([0, 0, 1]), gamma=1.0)\n"
      "0.363929");
}

}  // namespace

void bind_keras_losses(nb::module_& m) {
  m.doc() = "Losses by Keras' names and formulas; predictions stand first, then targets.";
  bind_probabilities(m);
  bind_simple<&losses::hinge>(
      m, "hinge",
      "max(1 - t p, 0) for targets of -1 and 1, or 0 and 1.\n"
      ">>> lm.nn.losses.hinge(lm.array([[0.5, -0.5]]), lm.array([[1.0, -1.0]]))\n"
      "0.5");
  bind_simple<&losses::squared_hinge>(
      m, "squared_hinge",
      "The square of hinge.\n"
      ">>> lm.nn.losses.squared_hinge(lm.array([[0.5, -0.5]]), lm.array([[1.0, -1.0]]))\n"
      "0.25");
  bind_simple<&losses::categorical_hinge>(
      m, "categorical_hinge",
      "Hinge loss of the target's class and the best other.\n"
      ">>> lm.nn.losses.categorical_hinge(lm.array([[0.5, 1.0]]), lm.array([[0.0, 1.0]]))\n"
      "0.5");
  bind_simple<&losses::mean_absolute_percentage_error>(
      m, "mean_absolute_percentage_error",
      "100 |t - p| / |t|.\n"
      ">>> lm.nn.losses.mean_absolute_percentage_error(lm.array([[1.5]]), lm.array([[2.0]]))\n"
      "25");
  bind_simple<&losses::mean_squared_logarithmic_error>(
      m, "mean_squared_logarithmic_error",
      "(log(1 + p) - log(1 + t))^2.\n"
      ">>> lm.nn.losses.mean_squared_logarithmic_error(lm.array([[0.0]]), lm.array([[1.0]]))\n"
      "0.480453");
  bind_simple<&losses::log_cosh>(m, "log_cosh",
                                 "log(cosh(p - t)).\n"
                                 ">>> lm.nn.losses.log_cosh(lm.array([[1.0]]), lm.array([[0.0]]))\n"
                                 "0.433781");
  m.def(
      "cosine_similarity",
      [](Array p, Array t, int axis, Name reduction) {
        return losses::cosine_similarity(std::move(p), std::move(t),
                                         {axis, to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("axis") = -1,
      nb::arg("reduction") = "mean",
      "Minus the cosine of the angle between rows.\n"
      ">>> lm.nn.losses.cosine_similarity(lm.array([[1.0, 0.0]]), lm.array([[2.0, 0.0]]))\n"
      "-1");
  bind_sets(m);
}

}  // namespace lamina::python
