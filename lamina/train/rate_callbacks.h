// Callbacks that set the learning rate.
#pragma once

#include <functional>

#include "lamina/optim/schedules.h"
#include "lamina/train/callback.h"
#include "lamina/train/monitor.h"

namespace lamina::train {

// Sets the rate when an epoch begins. Schedules by steps are given to the optimizer itself.
//
//   train::LearningRateScheduler([](int64_t epoch) { return epoch < 5 ? 0.1 : 0.01; })
class LearningRateScheduler : public Callback {
 public:
  explicit LearningRateScheduler(std::function<double(int64_t epoch)> schedule)
      : schedule_(std::move(schedule)) {}
  void on_epoch_begin(int64_t epoch) override;

 private:
  std::function<double(int64_t)> schedule_;
};

struct ReduceLROnPlateauOptions {
  std::string monitor = "val_loss";
  double factor = 0.1;
  int64_t patience = 10;
  double min_delta = 1e-4;
  int64_t cooldown = 0;
  double min_lr = 0;
  std::string mode = "auto";
};

// Lowers the rate when a value has stopped getting better (optim::ReduceOnPlateau, once per epoch).
class ReduceLROnPlateau : public Callback {
 public:
  explicit ReduceLROnPlateau(ReduceLROnPlateauOptions options = {});
  void on_train_begin() override;
  void on_epoch_end(int64_t epoch, const Logs& logs) override;
  io::Json state() const override;
  void load_state(const io::Json& state) override;

 private:
  ReduceLROnPlateauOptions options_;
  Monitor monitor_;
  optim::ReduceOnPlateau::State state_;
};

struct FindLearningRateOptions {
  double first = 1e-6, last = 10;
  int64_t steps = 100;
  int64_t batch_size = 32;
  uint64_t seed = 0;
};

struct LearningRateSearch {
  std::vector<double> rates, losses;  // until the loss was four times the least one
  double suggestion = 0;              // where the loss fell most steeply
};

class Trainer;

// Tries rates from first to last, each for one step, and puts the module, the optimizer and the
// generator back (Smith 2017).
LearningRateSearch find_learning_rate(Trainer& trainer, data::DatasetHandle data,
                                      FindLearningRateOptions options = {});

}  // namespace lamina::train
