// Trainer: the loop that most trainings are, in four words.
//
//   auto [train, test] = data::digits().split(0.8, {.seed = 0});
//   nn::Sequential model{nn::Flatten(), nn::Linear(64, 128), nn::ReLU(), nn::Linear(128, 10)};
//   Trainer trainer(model);
//   trainer.compile({.optimizer = optim::Adam({.lr = 1e-3}),
//                    .loss = "cross_entropy", .metrics = {"accuracy"}});
//   trainer.fit(train, {.epochs = 10, .batch_size = 64, .validation_data = test});
//   trainer.evaluate(test).at("accuracy");
//   trainer.save("digits.lamina");
//
// fit() is the plain loop: train_step records loss and metrics, goes backward and steps, all of it
// one program; values are read when an epoch ends. Override train_step for a step of another kind.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lamina/data/data_loader.h"
#include "lamina/nn/module.h"
#include "lamina/optim/optimizer.h"
#include "lamina/train/callback.h"
#include "lamina/train/history.h"
#include "lamina/train/loss.h"
#include "lamina/train/metric.h"
#include "lamina/train/model_file.h"
#include "lamina/train/totals.h"

namespace lamina::train {

struct CompileOptions {
  optim::AnyOptimizer optimizer;  // one without parameters is bound to the module's
  Loss loss;
  std::vector<AnyMetric> metrics = {};
};

struct FitOptions {
  int64_t epochs = 1;  // in all: a resumed fit makes those that are missing
  int64_t batch_size = 32;
  data::DatasetHandle validation_data = {};
  bool shuffle = true;
  uint64_t seed = 0;  // of the order of the examples
  int verbose = 1;    // 0 nothing, 1 a progress bar on a terminal, else 2: a line per epoch
  std::vector<AnyCallback> callbacks = {};
};

struct EvaluateOptions {
  int64_t batch_size = 256;
};

class Trainer {
 public:
  explicit Trainer(nn::Module& module);  // which must outlive the trainer
  explicit Trainer(std::shared_ptr<nn::Module> module);
  virtual ~Trainer();
  Trainer(const Trainer&) = delete;

  Trainer& compile(CompileOptions options);

  // Trains and returns what each epoch came to. When it throws, the module is as after the last
  // whole step.
  const History& fit(data::DatasetHandle data, FitOptions options = {});
  Logs evaluate(data::DatasetHandle data, EvaluateOptions options = {});
  Array predict(const Array& x, EvaluateOptions options = {});  // [N, ..] -> [N, ..], computed

  // One step on one batch; returns the loss. An override of its own calls record_metrics before the
  // optimizer steps, so that metrics are part of the step's program.
  virtual Array train_step(const data::Batch& batch);
  void record_metrics(const Array& loss, const Array& prediction, const data::Batch& batch);

  // The model alone, to be used without its source (model_file.h). What it expects as input is
  // known once it has seen data; StateError before.
  void save(const std::string& path, SaveOptions options = {});
  void load(const std::string& path);  // the weights of such a file

  // Everything that training goes on from: a fit after load_checkpoint continues where the saved
  // one was, and gives the same bits as if it had never stopped.
  void save_checkpoint(const std::string& path);
  void load_checkpoint(const std::string& path);

  void stop_training() { stop_ = true; }  // for callbacks: after this epoch
  nn::Module& module() { return *module_; }
  optim::Optimizer& optimizer();
  const Loss& loss() const { return options_.loss; }
  const History& history() const { return history_; }

 private:
  struct Resume;  // what a checkpoint knows of the fit that wrote it
  class Callbacks;
  void require_compiled(const char* call) const;
  void start(data::DataLoader& loader, const FitOptions& options, const Callbacks& callbacks);
  void epoch(data::DataLoader& loader, const FitOptions& options, const Callbacks& callbacks);
  Array whole_step(data::Batch batch);
  void see(const Array& x);

  std::shared_ptr<nn::Module> module_;
  CompileOptions options_;
  Totals totals_;
  History history_;
  int64_t epochs_done_ = 0;
  bool in_epoch_ = false, stop_ = false;
  std::optional<InputSpec> input_;      // of what the module has been given
  data::DataLoader* loader_ = nullptr;  // of the running fit
  const Callbacks* callbacks_ = nullptr;
  std::unique_ptr<Resume> resume_;
};

}  // namespace lamina::train

namespace lamina {
using train::History;
using train::Trainer;
}  // namespace lamina
