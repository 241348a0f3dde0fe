// StopOnNaN: ends a training as soon as a loss or a weight is no number any more, and says where it
// began.
//
//   StopOnNaN: the loss is nan at step 41
//     began      in the op 'log' of module head.0, going forward
//     samples    17, 203
//     help       the weights are those from before the step; ..
//
// The weights of the step before are kept while it runs, which takes their memory once more.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lamina/ops/random.h"
#include "lamina/optim/optimizer.h"
#include "lamina/train/callback.h"

namespace lamina::train {

struct NaNReport {
  int64_t step = 0;         // of the optimizer, counted from 1
  std::string stage = {};   // "data", "target", "weights", "forward", "backward" or "update"
  std::string module = {};  // its path; empty outside of modules
  std::string op = {};      // or the parameter's name, for weights and updates
  std::vector<int64_t> samples = {};  // numbers in the dataset, as far as they can be told apart
};

struct StopOnNaNOptions {
  bool raise = true;  // ValueError out of fit; else the fit ends after this batch
};

class StopOnNaN : public Callback {
 public:
  explicit StopOnNaN(StopOnNaNOptions options = {}) : options_(options) {}
  void on_train_begin() override { report_.reset(); }
  void see_batch(const data::Batch& batch) override;
  void on_train_batch_end(int64_t batch) override;
  const std::optional<NaNReport>& report() const { return report_; }

 private:
  bool finite() const;
  void put_back();

  StopOnNaNOptions options_;
  data::Batch batch_;
  nn::StateDict module_;
  optim::StateDict optimizer_;
  Generator::State random_;
  std::optional<NaNReport> report_;
};

// Looks for the first value that is no number in a step on this batch, from the present weights.
NaNReport find_nan(Trainer& trainer, const data::Batch& batch);

}  // namespace lamina::train
