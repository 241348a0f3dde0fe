#pragma once

#include <utility>

#include "lamina/optim/optimizer.h"

namespace lamina::optim {

struct RpropOptions {
  LearningRate lr = 1e-2;  // the first step size
  std::pair<double, double> etas = {0.5, 1.2};
  std::pair<double, double> step_sizes = {1e-6, 50.0};  // the least and the largest
};

// The gradient's sign alone, with a step size for each element (Riedmiller and Braun 1993): it
// grows by etas.second while the sign stays, shrinks by etas.first when it changes, and the element then
// rests for one step. For whole data sets, not for batches.
class Rprop : public Optimizer {
 public:
  explicit Rprop(RpropOptions options = {}) : Rprop(Parameters(), std::move(options)) {}
  explicit Rprop(Parameters parameters, RpropOptions options = {});
  const char* kind() const override { return "Rprop"; }

 protected:
  Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) override;
  Array first_slot(size_t slot, const Array& value) const override;

 private:
  RpropOptions options_;
};

}  // namespace lamina::optim
