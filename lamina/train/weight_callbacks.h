// Callbacks that look at weights and gradients.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lamina/optim/averages.h"
#include "lamina/train/callback.h"

namespace lamina::train {

struct ExponentialMovingAverageOptions {
  double decay = 0.999;
};

// Keeps an average of the weights over the steps; when the fit ends the module has it. swap()
// exchanges both meanwhile.
class ExponentialMovingAverage : public Callback {
 public:
  explicit ExponentialMovingAverage(ExponentialMovingAverageOptions options = {});
  void on_train_begin() override;
  void on_train_batch_end(int64_t batch) override;
  void on_train_end() override;
  io::Json state() const override;
  void load_state(const io::Json& state) override;
  nn::StateDict arrays() const override;
  void load_arrays(const nn::StateDict& arrays) override;
  void swap();

 private:
  ExponentialMovingAverageOptions options_;
  std::unique_ptr<optim::EMA> average_;
  int64_t updates_ = 0, steps_ = -1;  // of the optimizer when it was last taken in
};

struct WatchOptions {
  int64_t every = 0;  // steps between two looks; 0: the last step of each epoch, as far as it is known
};

// The norms of gradients and weights: "grad_norm" and "weight_norm" in the logs (the last ones of
// the epoch), and those of each parameter.
class Watch : public Callback {
 public:
  struct Norms {
    std::string name;
    double weight = 0, gradient = 0;
  };
  explicit Watch(WatchOptions options = {});
  void on_gradients() override;
  void add_logs(Logs& logs) override;
  std::vector<Norms> norms() const;  // of the last step looked at; reads them

 private:
  WatchOptions options_;
  std::vector<std::string> names_;
  Parameter sums_;  // [2 parameters]: squares of weight and gradient, in turn
};

}  // namespace lamina::train
