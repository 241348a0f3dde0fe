#include "lamina/train/metric.h"

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/nearest.h"
#include "lamina/base/text.h"
#include "lamina/op/recording.h"
#include "lamina/ops/elementwise.h"
#include "lamina/train/classification_metrics.h"
#include "lamina/train/regression_metrics.h"

namespace lamina::train {
namespace {

struct Known {
  const char* name;
  std::shared_ptr<Metric> (*make)();
};

template <class M>
std::shared_ptr<Metric> make() {
  return std::make_shared<M>();
}

constexpr Known kKnown[] = {
    {"accuracy", make<Accuracy>},
    {"binary_accuracy", make<BinaryAccuracy>},
    {"top_k_accuracy", make<TopKAccuracy>},
    {"precision", make<Precision>},
    {"recall", make<Recall>},
    {"f1", make<F1>},
    {"auc", make<AUC>},
    {"iou", make<MeanIoU>},
    {"mean_iou", make<MeanIoU>},
    {"perplexity", make<Perplexity>},
    {"mean_squared_error", make<MeanSquaredError>},
    {"mse", make<MeanSquaredError>},
    {"root_mean_squared_error", make<RootMeanSquaredError>},
    {"rmse", make<RootMeanSquaredError>},
    {"mean_absolute_error", make<MeanAbsoluteError>},
    {"mae", make<MeanAbsoluteError>},
    {"r2", make<R2>},
};

}  // namespace

AnyMetric::AnyMetric(const std::string& name) {
  std::vector<std::string> names;
  for (const Known& known : kKnown) {
    if (name == known.name) metric_ = known.make();
    names.emplace_back(known.name);
  }
  if (!metric_) {
    throw KeyError(text("there is no metric '", name, "'", did_you_mean(name, names)))
        .help(text("one of ", list_text(names), ", or an object of your own"));
  }
}

double Metric::compute(const std::vector<double>& sums, int64_t examples) const {
  return examples == 0 || sums.empty() ? NAN : sums[0] / static_cast<double>(examples);
}

void Metric::update(const Array& prediction, const Array& target) {
  NoGrad no_grad;
  Array added = astype(measure(prediction, target), float64);
  if (sums_ && sums_.shape() != added.shape()) {
    throw ShapeError(text(name(), ": expected the sums of all batches to have one shape"))
        .detail("before", describe(sums_))
        .detail("now", describe(added));
  }
  added = (sums_ ? sums_ + std::move(added) : std::move(added)).eval();
  sums_ = std::move(added);
  examples_ += target.ndim() == 0 ? 1 : target.shape(0);
}

double Metric::result() const {
  return sums_ ? compute(sums_.to_vector<double>(), examples_) : NAN;
}

void Metric::reset() {
  sums_.reset();
  examples_ = 0;
}

}  // namespace lamina::train
