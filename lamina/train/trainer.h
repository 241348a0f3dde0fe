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

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lamina/data/source.h"
#include "lamina/nn/module.h"
#include "lamina/optim/loss_scaler.h"
#include "lamina/optim/optimizer.h"
#include "lamina/train/callback.h"
#include "lamina/train/history.h"
#include "lamina/train/loss.h"
#include "lamina/train/metric.h"
#include "lamina/train/model_file.h"
#include "lamina/train/totals.h"

namespace lamina::train {

class BatchFeed;

struct CompileOptions {
  optim::AnyOptimizer optimizer;  // one without parameters is bound to the module's
  Loss loss;
  std::vector<AnyMetric> metrics = {};
  int64_t accumulate = 1;  // batches whose mean gradient makes one step; fewer at an epoch's end
  double clip_norm = 0;    // bounds of the gradients before a step (optim/clip.h); 0: none
  double clip_value = 0;
  int64_t memory_budget = 0;  // bytes by which a step may make memory grow (exec/memory_budget.h); 0: any
  // "bf16", "float16": mixed precision (op/precision.h), in every call; float16 with a scaled loss.
  std::string precision = "float32";
  // The same bits with any number of threads (exec/deterministic.h), while a call runs.
  bool deterministic = false;
};

// Changes a batch before it is trained on: data::Batch f(data::Batch).
using BatchTransform = std::function<data::Batch(data::Batch)>;

struct FitOptions {
  int64_t epochs = 1;       // in all: a resumed fit makes those that are missing
  int64_t batch_size = 32;  // of a dataset; a loader and a stream have their own
  data::Source validation_data = {};
  bool shuffle = true;
  uint64_t seed = 0;  // of the order of the examples
  int verbose = 1;    // 0 nothing, 1 a progress bar on a terminal, else 2: a line per epoch
  std::vector<AnyCallback> callbacks = {};
  double validation_split = 0;  // this share of the data, from its end, becomes the validation data
  std::vector<double> class_weight = {};  // how much the examples of each class count
  Array sample_weight = {};               // [N]: how much each example counts
  int64_t steps_per_epoch = 0;            // batches in an epoch, 0: all; of a stream, all of a pass
  int64_t initial_epoch = 0;              // epochs that count as made
  BatchTransform transform = {};          // mixup, cutmix (batch_mix.h), or of one's own
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
  // whole step. A stream that comes to its end ends the fit.
  const History& fit(data::Source data, FitOptions options = {});
  Logs evaluate(data::Source data, EvaluateOptions options = {});
  Array predict(const Array& x, EvaluateOptions options = {});  // [N, ..] -> [N, ..], computed

  // One step on one batch; returns the loss. An override of its own calls record_metrics before the
  // optimizer steps, so that metrics are part of the step's program.
  virtual Array train_step(const data::Batch& batch);
  // What train_step is made of: the loss, weighted as fit was asked to; backward, and a step of the
  // optimizer where one is due.
  Array batch_loss(const Array& prediction, const Array& y) const;
  void step(const Array& loss);
  void record_metrics(const Array& loss, const Array& prediction, const data::Batch& batch);

  // The model alone, to be used without its source (model_file.h). What it expects as input is
  // known once it has seen data; StateError before.
  void save(const std::string& path, SaveOptions options = {});
  void load(const std::string& path);  // the weights of such a file

  // Everything that training goes on from: a fit after load_checkpoint continues where the saved
  // one was, and gives the same bits as if it had never stopped.
  void save_checkpoint(const std::string& path);
  void load_checkpoint(const std::string& path);

  // For callbacks: the fit ends after this epoch, or after this batch.
  void stop_training(bool now = false) {
    stop_ = true;
    stop_now_ = stop_now_ || now;
  }
  nn::Module& module() { return *module_; }
  optim::Optimizer& optimizer();
  const Loss& loss() const { return options_.loss; }
  const History& history() const { return history_; }
  // "5f3a91c2-07be44d1-9c0d2e7f": checksums of the weights, of the order in which examples came since the
  // training began, and of versions and settings, by which two runs are compared. fit prints it in the
  // deterministic mode, in which runs that agree in the last two agree in the first.
  std::string fingerprint() const;
  const Totals& totals() const { return totals_; }  // of the running epoch
  const CompileOptions& options() const { return options_; }
  // Of a training in float16; elsewhere null.
  const optim::LossScaler* loss_scaler() const { return scaler_ ? &*scaler_ : nullptr; }
  bool last_batch() const { return last_batch_; }  // whether the running one is its epoch's last
  bool fitting() const { return feed_ != nullptr; }
  // The numbers of the running batch's examples: in the dataset, or in this pass of a stream.
  std::vector<int64_t> samples() const;
  const data::Source& validation_data() const { return validation_data_; }

 private:
  struct Resume;  // what a checkpoint knows of the fit that wrote it
  class Callbacks;
  void require_compiled(const char* call) const;
  void start(const FitOptions& options, const Callbacks& callbacks);
  void epoch(const FitOptions& options, const Callbacks& callbacks);
  void one_batch(data::Batch batch, const FitOptions& options, const Callbacks& callbacks);
  Array whole_step(data::Batch batch);
  Array weights_of(const data::Batch& batch, const FitOptions& options) const;
  void see(const Array& x);
  void note_order();  // of the running batch

  std::shared_ptr<nn::Module> module_;
  CompileOptions options_;
  DType products_ = float32;  // options_.precision
  std::optional<optim::LossScaler> scaler_;
  Totals totals_;
  History history_;
  int64_t epochs_done_ = 0;
  uint32_t order_ = 0;  // checksum of the examples' numbers so far
  bool in_epoch_ = false, stop_ = false, stop_now_ = false;
  std::optional<InputSpec> input_;   // of what the module has been given
  std::unique_ptr<BatchFeed> feed_;  // of the running fit
  const Callbacks* callbacks_ = nullptr;
  std::unique_ptr<Resume> resume_;
  data::Source validation_data_;
  Array target_;             // before the transform of the running batch; empty: without one
  Array weights_;            // of the running batch's examples; empty: all count alike
  int64_t accumulated_ = 0;  // batches whose gradients wait for a step
  bool last_batch_ = false;  // of the epoch
};

}  // namespace lamina::train

namespace lamina {
using train::History;
using train::Trainer;
}  // namespace lamina
