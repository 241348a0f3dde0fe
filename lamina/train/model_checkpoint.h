#pragma once

#include <deque>
#include <string>

#include "lamina/train/callback.h"
#include "lamina/train/monitor.h"

namespace lamina::train {

struct ModelCheckpointOptions {
  std::string monitor = "val_loss";
  bool save_best_only = false;
  bool save_model_only =
      false;  // a model file instead of a checkpoint from which training can go on
  std::string mode = "auto";
  int64_t keep = 0;  // only the last so many files that it wrote; 0: all
};

// Saves after each epoch, or after each that is the best so far. "{epoch}" in the path becomes the epoch's
// number, counted from 1.
class ModelCheckpoint : public Callback {
 public:
  explicit ModelCheckpoint(std::string path, ModelCheckpointOptions options = {});
  void on_train_begin() override;
  void on_epoch_end(int64_t epoch, const Logs& logs) override;
  io::Json state() const override;
  void load_state(const io::Json& state) override;

 private:
  void forget_old();
  std::string path_;
  ModelCheckpointOptions options_;
  Monitor monitor_;
  std::deque<std::string> saved_;  // oldest first
};

}  // namespace lamina::train
