// What lamina train writes, so that a training is never lost to a file that cannot be written.
#pragma once

#include <string>
#include <vector>

#include "cli/training_data.h"
#include "lamina/train/trainer.h"

namespace cli {

// What cannot be written is better known before a training than after it: FileError. Empty paths are
// left out.
void check_places(const std::vector<std::string>& paths);

// After every epoch, and at once when the training is to stop. A checkpoint that cannot be written is
// warned of: the one before is still there, and so is the training.
class Checkpoints : public lamina::train::Callback {
 public:
  explicit Checkpoints(std::string path) : path_(std::move(path)) {}
  void on_train_batch_end(int64_t batch) override;
  void on_epoch_end(int64_t epoch, const lamina::train::Logs& logs) override;

 private:
  void save();
  std::string path_;
};

// Saves the model and returns where: at `path`, or, when nothing can be written there any more (which is
// said), among the temporary files.
std::string save_training(lamina::Trainer& trainer, const std::string& path,
                          const TrainingData& data);

}  // namespace cli
