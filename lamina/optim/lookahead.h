#pragma once

#include "lamina/optim/optimizer.h"

namespace lamina::optim {

struct LookaheadOptions {
  int64_t k = 5;
  double alpha = 0.5;
};

// Slow weights that follow those of another optimizer (Zhang et al. 2019): every k steps
//   slow = slow + alpha * (p - slow);  p = slow
//
//   optim::Lookahead optimizer(optim::Adam(model.parameters(), {.lr = 1e-3}), {.k = 6});
class Lookahead : public Optimizer {
 public:
  explicit Lookahead(AnyOptimizer inner, LookaheadOptions options = {});
  const char* kind() const override { return "Lookahead"; }

 protected:
  Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) override;
  Array first_slot(size_t slot, const Array& value) const override;

 private:
  static std::vector<const char*> slots_of(const Optimizer& inner);
  AnyOptimizer inner_;
  LookaheadOptions options_;
};

}  // namespace lamina::optim
