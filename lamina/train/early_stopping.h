#pragma once

#include "lamina/nn/state_dict.h"
#include "lamina/train/callback.h"
#include "lamina/train/monitor.h"

namespace lamina::train {

struct EarlyStoppingOptions {
  std::string monitor = "val_loss";
  int64_t patience = 0;  // epochs without a better value that end the fit; 0 is as 1
  double min_delta = 0;  // smaller gains do not count
  std::string mode = "auto";
  bool restore_best_weights = false;
};

// Ends a fit when a value has stopped getting better.
class EarlyStopping : public Callback {
 public:
  explicit EarlyStopping(EarlyStoppingOptions options = {});
  void on_train_begin() override;
  void on_epoch_end(int64_t epoch, const Logs& logs) override;
  void on_train_end() override;
  io::Json state() const override;
  void load_state(const io::Json& state) override;

  int64_t stopped_epoch() const { return stopped_epoch_; }  // -1: it did not stop
  int64_t best_epoch() const { return best_epoch_; }

 private:
  EarlyStoppingOptions options_;
  Monitor monitor_;
  int64_t waited_ = 0, stopped_epoch_ = -1, best_epoch_ = -1;
  nn::StateDict best_weights_;
};

}  // namespace lamina::train
