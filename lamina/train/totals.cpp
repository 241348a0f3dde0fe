#include "lamina/train/totals.h"

#include <cmath>

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

// Recorded like a running statistic: the program that computes `value` computes the sum as well.
void Totals::Sum::add(Array value, int64_t count) {
  update_variables(
      {{total.variable(), total.value() + reshape(astype(std::move(value), float64), {})}});
  examples += count;
}

double Totals::Sum::mean() const {
  return examples == 0 ? NAN : total.value().item() / static_cast<double>(examples);
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
  const double zero = 0;
  for (Sum& sum : sums_) {
    sum.total->set_value(from_data(&zero, {}, float64));
    sum.examples = 0;
  }
  batches_ = 0;
}

double Totals::loss() const { return sums_[0].mean(); }

Logs Totals::logs(const std::string& prefix) const {
  eval();
  Logs logs;
  for (const Sum& sum : sums_) {
    if (sum.examples > 0) logs.set(prefix + sum.name, sum.mean());
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
    sums_[i].total->set_value(sums[i]);
    sums_[i].examples = counts[i];
  }
  batches_ = batches;
}

}  // namespace lamina::train
