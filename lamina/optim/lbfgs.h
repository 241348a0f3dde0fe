#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "lamina/optim/optimizer.h"

namespace lamina::optim {

struct LBFGSOptions {
  LearningRate lr = 1.0;
  int64_t max_iter = 20;  // directions in one step
  int64_t max_eval = 0;   // calls of the closure in one step; 0: max_iter * 5 / 4
  double tolerance_grad = 1e-7;
  double tolerance_change = 1e-9;
  int64_t history_size = 100;
  bool line_search = false;  // with the strong Wolfe conditions
};

// Limited-memory BFGS (Nocedal and Wright, "Numerical Optimization", algorithm 7.5), for problems
// whose whole gradient is at hand. One step evaluates the function several times, so it is given:
//
//   optim::LBFGS optimizer(model.parameters(), {.line_search = true});
//   optimizer.step([&] { return nn::mse_loss(model(x), y); });
//
// The vectors it works with are float64 on the host, whatever the parameters are.
class LBFGS : public Optimizer {
 public:
  explicit LBFGS(Parameters parameters, LBFGSOptions options = {});
  const char* kind() const override { return "LBFGS"; }

  // `loss` records the loss of the present parameters; returns what it was before the step.
  double step(const std::function<Array()>& loss);

 protected:
  Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) override;

 private:
  using Vector = std::vector<double>;
  struct Point {
    double loss = 0;
    Vector gradient;
  };
  struct Pair {
    Vector change, slope;  // of the parameters, of the gradient
    double inverse;        // 1 / (change . slope)
  };
  double search(const std::function<Array()>& loss, Vector at);
  Point evaluate(const std::function<Array()>& loss, const Vector& at);
  void place(const Vector& at);
  Vector place_of() const;
  Vector direction(const Vector& gradient) const;
  void remember(const Vector& gradient);

  LBFGSOptions options_;
  std::deque<Pair> pairs_;
  double scale_ = 1, length_ = 0;
  int64_t iterations_ = 0;
  Vector direction_, previous_;
};

}  // namespace lamina::optim
