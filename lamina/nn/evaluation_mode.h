// Internal: a module in evaluation mode for a while.
#pragma once

#include <utility>
#include <vector>

#include "lamina/nn/module.h"

namespace lamina::nn {

// Afterwards each of its parts is in the mode it was in.
class EvaluationMode {
 public:
  explicit EvaluationMode(Module& module) {
    for (auto& [name, part] : module.named_modules()) before_.emplace_back(part, part->training());
    module.eval();
  }
  ~EvaluationMode() {
    for (auto& [part, training] : before_) part->set_training(training);
  }
  EvaluationMode(const EvaluationMode&) = delete;

 private:
  std::vector<std::pair<Module*, bool>> before_;
};

}  // namespace lamina::nn
