#include "lamina/train/monitor.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina::train {

Monitor::Monitor(std::string name, const std::string& mode, double min_delta)
    : name_(std::move(name)), min_delta_(min_delta) {
  if (mode != "min" && mode != "max" && mode != "auto") {
    throw ValueError(
        text("monitor: expected mode \"min\", \"max\" or \"auto\", got \"", mode, "\""));
  }
  maximize_ = mode == "max";
  for (const char* better : {"accuracy", "precision", "recall", "f1", "auc", "iou", "r2"}) {
    maximize_ = maximize_ || (mode == "auto" && name_.ends_with(better));
  }
}

bool Monitor::improved(const Logs& logs) {
  const double* value = logs.find(name_);
  if (!value) {
    throw KeyError(text("there is no '", name_, "' to monitor"))
        .help(text("one of ", list_text(logs.names()), "; names with val_ need validation_data"));
  }
  const double gain = best_ ? (maximize_ ? *value - *best_ : *best_ - *value) : 0;
  if (*value != *value || (best_ && !(gain > min_delta_))) return false;
  best_ = *value;
  return true;
}

}  // namespace lamina::train
