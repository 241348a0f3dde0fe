// Internal: watches one number of the logs for those callbacks that act when it is best.
#pragma once

#include <optional>
#include <string>

#include "lamina/train/logs.h"

namespace lamina::train {

class Monitor {
 public:
  // mode: "min", "max", or "auto": max for names that end in "accuracy", "precision", "recall",
  // "f1", "auc", "iou" or "r2", else min. ValueError otherwise.
  Monitor(std::string name, const std::string& mode, double min_delta);

  // Whether this epoch is better than all before by more than min_delta. KeyError when the logs lack it.
  bool improved(const Logs& logs);
  bool maximizes() const { return maximize_; }
  const std::string& name() const { return name_; }
  const std::optional<double>& best() const { return best_; }
  void set_best(double best) { best_ = best; }

 private:
  std::string name_;
  bool maximize_;
  double min_delta_;
  std::optional<double> best_;
};

}  // namespace lamina::train
