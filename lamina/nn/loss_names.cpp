// Losses by name: torch's names first, then those of Keras.
#include "lamina/base/error.h"
#include "lamina/base/nearest.h"
#include "lamina/base/text.h"
#include "lamina/nn/keras_losses.h"
#include "lamina/nn/losses.h"
#include "lamina/nn/row_losses.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina::nn {
namespace {

struct NamedLoss {
  const char* name;
  Array (*function)(Array, Array, LossReduction);
};

template <class Options>
Options options_of(Array (*)(Array, Array, Options));

// A loss with its usual options.
template <auto kLoss>
Array usual(Array predictions, Array targets, LossReduction reduction) {
  decltype(options_of(kLoss)) options;
  options.reduction = reduction;
  return kLoss(std::move(predictions), std::move(targets), options);
}

Array hinge_embedding(Array predictions, Array targets, LossReduction reduction) {
  return hinge_embedding_loss(std::move(predictions), std::move(targets),
                              {.margin = 1, .reduction = reduction});
}

constexpr NamedLoss kLosses[] = {
    {"cross_entropy", &usual<&cross_entropy>},
    {"mse", &usual<&mse_loss>},
    {"l1", &usual<&l1_loss>},
    {"mae", &usual<&l1_loss>},
    {"bce", &usual<&binary_cross_entropy>},
    {"bce_with_logits", &usual<&bce_with_logits>},
    {"nll", &usual<&nll_loss>},
    {"huber", &usual<&huber_loss>},
    {"smooth_l1", &usual<&smooth_l1_loss>},
    {"kl_div", &usual<&kl_div>},
    {"poisson_nll", &usual<&poisson_nll_loss>},
    {"soft_margin", &usual<&soft_margin_loss>},
    {"hinge_embedding", &hinge_embedding},
    {"multi_margin", &usual<&multi_margin_loss>},
    {"multilabel_margin", &usual<&multilabel_margin_loss>},
    {"multilabel_soft_margin", &usual<&multilabel_soft_margin_loss>},
    {"mean_squared_error", &usual<&mse_loss>},
    {"mean_absolute_error", &usual<&l1_loss>},
    {"mean_absolute_percentage_error", &usual<&losses::mean_absolute_percentage_error>},
    {"mape", &usual<&losses::mean_absolute_percentage_error>},
    {"mean_squared_logarithmic_error", &usual<&losses::mean_squared_logarithmic_error>},
    {"msle", &usual<&losses::mean_squared_logarithmic_error>},
    {"log_cosh", &usual<&losses::log_cosh>},
    {"cosine_similarity", &usual<&losses::cosine_similarity>},
    {"binary_crossentropy", &usual<&losses::binary_crossentropy>},
    {"categorical_crossentropy", &usual<&losses::categorical_crossentropy>},
    {"sparse_categorical_crossentropy", &usual<&losses::sparse_categorical_crossentropy>},
    {"binary_focal_crossentropy", &usual<&losses::binary_focal_crossentropy>},
    {"categorical_focal_crossentropy", &usual<&losses::categorical_focal_crossentropy>},
    {"kl_divergence", &usual<&losses::kl_divergence>},
    {"poisson", &usual<&losses::poisson>},
    {"hinge", &usual<&losses::hinge>},
    {"squared_hinge", &usual<&losses::squared_hinge>},
    {"categorical_hinge", &usual<&losses::categorical_hinge>},
    {"dice", &usual<&losses::dice>},
    {"tversky", &usual<&losses::tversky>},
    {"circle", &usual<&losses::circle>},
};

}  // namespace

static const NamedLoss& find_loss(std::string_view name) {
  for (const NamedLoss& loss : kLosses) {
    if (name == loss.name) return loss;
  }
  const std::vector<std::string> names = loss_names();
  throw KeyError(text("there is no loss '", name, "'", did_you_mean(name, names)))
      .help(text("one of ", list_text(names, "", "")));
}

Loss loss_by_name(std::string_view name) {
  return [function = find_loss(name).function](Array predictions, Array targets) {
    return function(std::move(predictions), std::move(targets), LossReduction::Mean);
  };
}

Loss row_losses_by_name(std::string_view name) {
  const NamedLoss& known = find_loss(name);
  return [known](Array predictions, Array targets) {
    const int64_t rows = predictions.ndim() == 0 ? 1 : predictions.shape(0);
    Array losses = known.function(std::move(predictions), std::move(targets), LossReduction::None);
    if (losses.ndim() == 0 || losses.shape(0) != rows) {
      throw ValueError(text("the loss '", known.name, "' is none of single examples"));
    }
    if (losses.ndim() == 1) return losses;
    return mean(reshape(std::move(losses), {rows, -1}), {.axis = 1});
  };
}

std::vector<std::string> loss_names() {
  std::vector<std::string> names;
  for (const NamedLoss& loss : kLosses) names.emplace_back(loss.name);
  return names;
}

}  // namespace lamina::nn
