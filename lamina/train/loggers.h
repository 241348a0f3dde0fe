// Callbacks that write down what epochs come to.
//
//   trainer.fit(data, {.epochs = 10, .callbacks = {train::CSVLogger("run.csv"),
//                                                  train::EventLogger("runs/first")}});
#pragma once

#include <memory>
#include <string>

#include "lamina/train/callback.h"
#include "lamina/train/event_writer.h"

namespace lamina::train {

// One line per epoch, the names in the first. A fit that goes on from a checkpoint keeps the lines
// of the epochs before.
class CSVLogger : public Callback {
 public:
  explicit CSVLogger(std::string path) : path_(std::move(path)) {}
  void on_epoch_end(int64_t epoch, const Logs& logs) override;

 private:
  std::string path_;
};

// One JSON object per epoch and line; NaN and infinities are null.
class JSONLogger : public Callback {
 public:
  explicit JSONLogger(std::string path) : path_(std::move(path)) {}
  void on_epoch_end(int64_t epoch, const Logs& logs) override;

 private:
  std::string path_;
};

struct EventLoggerOptions {
  int64_t every = 0;        // the loss of every so many batches as well; 0: epochs alone
  bool histograms = false;  // of the weights, after each epoch
  HParams hparams = {};     // by which TensorBoard compares runs
  bool graph = true;        // what the module computes, once, as the first batch comes
};

// Event files for TensorBoard: every number of the logs and the learning rate ("lr") by epoch, and
// the module's graph.
class EventLogger : public Callback {
 public:
  explicit EventLogger(std::string folder, EventLoggerOptions options = {});
  void on_train_begin() override;
  void see_batch(const data::Batch& batch) override;
  void on_train_batch_end(int64_t batch) override;
  void on_epoch_end(int64_t epoch, const Logs& logs) override;
  void on_train_end() override;

 private:
  std::string folder_;
  EventLoggerOptions options_;
  std::unique_ptr<EventWriter> writer_;
  bool graph_due_ = false;
};

}  // namespace lamina::train
