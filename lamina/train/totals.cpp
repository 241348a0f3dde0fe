#include "lamina/train/totals.h"

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/exec/evaluate.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina::train {

Totals::Totals(std::vector<AnyMetric> metrics) : metrics_(std::move(metrics)) {
  const double zero = 0;
  auto add = [&](std::string name) {
    sums_.push_back({std::move(name), Parameter(from_data(&zero, {}, float64), false)});
  };
  add("loss");
  for (const AnyMetric& metric : metrics_) add(metric->name());
}

namespace {

Array zeros_in_memory(const Shape& shape) {
  const std::vector<double> zeros(static_cast<size_t>(shape.elements()), 0.0);
  return from_data(zeros.data(), shape, float64);
}

}  // namespace

// Recorded like a running statistic: the program that computes `value` computes the sum as well.
// What a metric sums up is known when it has measured once.
void Totals::Sum::add(Array value, int64_t count) {
  if (value.size() == 1) value = reshape(std::move(value), {});
  if (value.shape() != total.shape()) {
    if (examples != 0) {
      throw ShapeError(text(name, ": expected the sums of all batches to have one shape"))
          .detail("before", describe(total.value()))
          .detail("now", describe(value));
    }
    total = Parameter(zeros_in_memory(value.shape()), false);
  }
  update_variables({{total.variable(), total.value() + astype(std::move(value), float64)}});
  examples += count;
}

void Totals::Sum::restore(const Array& value) {
  if (value.shape() == total.shape()) return total->set_value(value);
  total = Parameter(value, false);
}

double Totals::Sum::mean() const {
  return examples == 0 ? NAN : total.value().item() / static_cast<double>(examples);
}

double Totals::number(size_t i) const {
  if (i == 0 || sums_[i].examples == 0) return sums_[i].mean();
  return metrics_[i - 1]->compute(sums_[i].total.value().to_vector<double>(), sums_[i].examples);
}

void Totals::add_loss(const Array& loss, int64_t examples) {
  NoGrad no_grad;
  sums_[0].add(astype(loss, float64) * static_cast<double>(examples), examples);
  ++batches_;
}

void Totals::add_metrics(const Array& prediction, const Array& target, int64_t examples) {
  NoGrad no_grad;
  for (size_t i = 0; i < metrics_.size(); ++i) {
    sums_[i + 1].add(metrics_[i]->measure(prediction, target), examples);
  }
}

void Totals::eval() const {
  std::vector<Array> totals;
  for (const Sum& sum : sums_) totals.push_back(sum.total.value());
  lamina::eval(totals);
}

void Totals::reset() {
  for (Sum& sum : sums_) {
    sum.total->set_value(zeros_in_memory(sum.total.shape()));
    sum.examples = 0;
  }
  batches_ = 0;
}

double Totals::loss() const { return sums_[0].mean(); }

Logs Totals::logs(const std::string& prefix) const {
  eval();
  Logs logs;
  for (size_t i = 0; i < sums_.size(); ++i) {
    if (sums_[i].examples > 0) logs.set(prefix + sums_[i].name, number(i));
  }
  return logs;
}

std::vector<std::pair<std::string, Array>> Totals::sums() const {
  std::vector<std::pair<std::string, Array>> list;
  for (const Sum& sum : sums_) list.emplace_back(sum.name, sum.total.value());
  return list;
}

std::vector<int64_t> Totals::counts() const {
  std::vector<int64_t> list;
  for (const Sum& sum : sums_) list.push_back(sum.examples);
  return list;
}

void Totals::restore(std::span<const Array> sums, std::span<const int64_t> counts,
                     int64_t batches) {
  for (size_t i = 0; i < sums_.size(); ++i) {
    sums_[i].restore(sums[i]);
    sums_[i].examples = counts[i];
  }
  batches_ = batches;
}

}  // namespace lamina::train
