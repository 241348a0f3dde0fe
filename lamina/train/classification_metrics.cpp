#include "lamina/train/classification_metrics.h"

#include <algorithm>
#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/softmax.h"
#include "lamina/train/metric_parts.h"

namespace lamina::train {
namespace {

bool are_scores(const Array& prediction, const Array& target) {
  Shape rows = prediction.shape();
  if (rows.rank() != target.ndim() + 1 || is_floating(target.dtype())) return false;
  rows.pop_back();
  return rows == target.shape();
}

void check_scores(const std::string& name, const Array& prediction, const Array& target) {
  if (are_scores(prediction, target)) return;
  throw ShapeError(text(name, ": expected scores [N, .., classes] and integer classes [N, ..]"))
      .detail("prediction", describe(prediction))
      .detail("target", describe(target));
}

double ratio(double part, double whole) { return whole == 0 ? 0 : part / whole; }

// [M, classes] of 0 and 1: the class said, and the class that is.
struct Answers {
  Array said, is;
};

Answers answers(const std::string& name, const Array& prediction, const Array& target) {
  check_scores(name, prediction, target);
  const int64_t classes = prediction.shape(-1);
  auto one_hot_rows = [&](Array x) { return one_hot(flatten(std::move(x)), classes); };
  return {one_hot_rows(argmax(prediction, {.axis = -1})), one_hot_rows(target)};
}

Answers yes_or_no(const std::string& name, const Array& prediction, const Array& target,
                  double threshold) {
  check_same_shape(name, prediction, target);
  auto column = [](Array x) { return astype(reshape(std::move(x), {-1, 1}), float32); };
  return {column(prediction >= threshold), column(target != 0)};
}

size_t classes_of(const std::vector<double>& matrix) {
  return static_cast<size_t>(std::lround(std::sqrt(static_cast<double>(matrix.size()))));
}

}  // namespace

Array Accuracy::measure(const Array& prediction, const Array& target) {
  check_scores("accuracy", prediction, target);
  return mean_per_example(astype(argmax(prediction, {.axis = -1}) == target, float64), target);
}

Array BinaryAccuracy::measure(const Array& prediction, const Array& target) {
  check_same_shape(name(), prediction, target);
  Array right = (prediction >= options_.threshold) == (target != 0);
  return mean_per_example(astype(std::move(right), float64), target);
}

TopKAccuracy::TopKAccuracy(TopKOptions options) : options_(options) {
  if (options_.k < 1) {
    throw ValueError(text("TopKAccuracy: expected k to be 1 or more, got ", options_.k));
  }
}

Array TopKAccuracy::measure(const Array& prediction, const Array& target) {
  check_scores(name(), prediction, target);
  const int64_t k = std::min(options_.k, prediction.shape(-1));
  Array among = any(top_k(prediction, k).indices == expand_dims(target, -1), {.axis = -1});
  return mean_per_example(astype(std::move(among), float64), target);
}

ClassMetric::ClassMetric(ClassOptions options) : options_(std::move(options)) {
  for (const char* known : {"macro", "micro", "weighted"}) {
    if (options_.average == known) return;
  }
  throw ValueError(text("average: expected \"macro\", \"micro\" or \"weighted\", got \"",
                        options_.average, "\""));
}

// Rows: true positives, false positives, false negatives; a column for each class.
Array ClassMetric::measure(const Array& prediction, const Array& target) {
  auto [said, is] = prediction.shape() == target.shape()
                        ? yes_or_no(name(), prediction, target, options_.threshold)
                        : answers(name(), prediction, target);
  auto count = [](Array x) { return sum(astype(std::move(x), float64), {.axis = 0}); };
  Array both = count(said * is);
  return stack({both, count(said) - both, count(is) - both});
}

double ClassMetric::compute(const std::vector<double>& sums, int64_t) const {
  const size_t classes = sums.size() / 3;
  const double *tp = sums.data(), *fp = tp + classes, *fn = fp + classes;
  auto total = [&](const double* counts) {
    double all = 0;
    for (size_t c = 0; c < classes; ++c) all += counts[c];
    return all;
  };
  if (options_.average == "micro") return of(total(tp), total(fp), total(fn));
  double mean = 0, weights = 0;
  for (size_t c = 0; c < classes; ++c) {
    const double weight = options_.average == "weighted" ? tp[c] + fn[c] : 1;
    mean += weight * of(tp[c], fp[c], fn[c]);
    weights += weight;
  }
  return ratio(mean, weights);
}

double Precision::of(double tp, double fp, double) const { return ratio(tp, tp + fp); }
double Recall::of(double tp, double, double fn) const { return ratio(tp, tp + fn); }
double F1::of(double tp, double fp, double fn) const { return ratio(2 * tp, 2 * tp + fp + fn); }

AUC::AUC(AUCOptions options) : options_(options) {
  if (options_.thresholds < 2) {
    throw ValueError(text("AUC: expected 2 or more thresholds, got ", options_.thresholds));
  }
}

// True and false positives at each threshold; the first is below 0 and the last above 1, so that
// they are all and none.
Array AUC::measure(const Array& prediction, const Array& target) {
  check_same_shape(name(), prediction, target);
  const int64_t last = options_.thresholds - 1;
  std::vector<double> places{-1e-7};
  for (int64_t i = 1; i < last; ++i) {
    places.push_back(static_cast<double>(i) / static_cast<double>(last));
  }
  places.push_back(1 + 1e-7);
  const Array thresholds = from_data(places.data(), {1, options_.thresholds}, float64);
  Array said = reshape(astype(prediction, float64), {-1, 1}) > thresholds;
  Array is = reshape(target != 0, {-1, 1});
  auto count = [](Array x) { return sum(astype(std::move(x), float64), {.axis = 0}); };
  return stack({count(said & is), count(said & ~is)});
}

double AUC::compute(const std::vector<double>& sums, int64_t) const {
  const size_t n = sums.size() / 2;
  const double positives = sums[0], negatives = sums[n];
  double area = 0;
  for (size_t i = 0; i + 1 < n; ++i) {
    area += (ratio(sums[n + i], negatives) - ratio(sums[n + i + 1], negatives)) *
            (ratio(sums[i], positives) + ratio(sums[i + 1], positives)) / 2;
  }
  return area;
}

Array ConfusionMatrix::measure(const Array& prediction, const Array& target) {
  auto [said, is] = answers(name(), prediction, target);
  return matmul(transpose(astype(std::move(is), float64)), astype(std::move(said), float64));
}

double ConfusionMatrix::compute(const std::vector<double>& sums, int64_t) const {
  const size_t classes = classes_of(sums);
  double right = 0, all = 0;
  for (size_t i = 0; i < classes; ++i) right += sums[i * classes + i];
  for (double count : sums) all += count;
  return ratio(right, all);
}

Array ConfusionMatrix::matrix() const {
  if (!sums()) throw StateError("confusion_matrix: nothing has been counted yet");
  return astype(sums(), int64);
}

double MeanIoU::compute(const std::vector<double>& sums, int64_t) const {
  const size_t classes = classes_of(sums);
  double mean = 0, occurring = 0;
  for (size_t i = 0; i < classes; ++i) {
    double either = -sums[i * classes + i];
    for (size_t j = 0; j < classes; ++j) either += sums[i * classes + j] + sums[j * classes + i];
    if (either == 0) continue;
    mean += sums[i * classes + i] / either;
    ++occurring;
  }
  return ratio(mean, occurring);
}

Array Perplexity::measure(const Array& prediction, const Array& target) {
  check_scores(name(), prediction, target);
  Array loss = cross_entropy(prediction, target, {.reduction = LossReduction::Sum});
  return stack(
      {astype(std::move(loss), float64), full({}, static_cast<double>(target.size()), float64)});
}

double Perplexity::compute(const std::vector<double>& sums, int64_t) const {
  return std::exp(sums[0] / sums[1]);
}

}  // namespace lamina::train
