// Totals: loss and metrics summed over the batches of an epoch. The sums are recorded: they are computed by
// the step's own program, and read once, at the end of the epoch.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lamina/core/array.h"
#include "lamina/core/variable.h"
#include "lamina/train/logs.h"
#include "lamina/train/metric.h"

namespace lamina::train {

class Totals {
 public:
  explicit Totals(std::vector<AnyMetric> metrics = {});

  // The loss is a mean over `examples`. Computed with whatever computes the loss and the prediction.
  void add_loss(const Array& loss, int64_t examples);
  void add_metrics(const Array& prediction, const Array& target, int64_t examples);
  void eval() const;  // computes the sums now, if nothing has
  void reset();

  int64_t batches() const { return batches_; }      // whose loss was added
  double loss() const;                              // the mean so far; reads it
  Logs logs(const std::string& prefix = "") const;  // "loss", "accuracy", ..; reads them

  // For checkpoints: the sums by name, and how many examples each counts.
  std::vector<std::pair<std::string, Array>> sums() const;
  std::vector<int64_t> counts() const;
  void restore(std::span<const Array> sums, std::span<const int64_t> counts, int64_t batches);

 private:
  struct Sum {
    std::string name;
    Parameter total;
    int64_t examples = 0;
    void add(Array value, int64_t count);
    void restore(const Array& value);
    double mean() const;
  };
  double number(size_t i) const;
  std::vector<AnyMetric> metrics_;
  std::vector<Sum> sums_;  // of the loss, then of the metrics
  int64_t batches_ = 0;
};

}  // namespace lamina::train
