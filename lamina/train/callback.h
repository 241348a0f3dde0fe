// Callback: code that runs at points of a fit, under Keras' names.
//
//   struct Printer : train::Callback {
//     void on_epoch_end(int64_t epoch, const train::Logs& logs) override { .. }
//   };
//   Printer printer;
//   trainer.fit(data, {.epochs = 10, .callbacks = {printer, train::EarlyStopping({.patience = 3})}});
#pragma once

#include <concepts>
#include <memory>

#include "lamina/data/dataset.h"
#include "lamina/io/json.h"
#include "lamina/nn/state_dict.h"
#include "lamina/train/logs.h"

namespace lamina::train {

class Trainer;

class Callback {
 public:
  virtual ~Callback() = default;
  virtual void on_train_begin() {}
  virtual void on_train_end() {}
  virtual void on_epoch_begin(int64_t /*epoch*/) {}  // epochs and batches count from 0
  virtual void on_epoch_end(int64_t /*epoch*/, const Logs& /*logs*/) {}
  virtual void on_train_batch_begin(int64_t /*batch*/) {}
  virtual void see_batch(const data::Batch& /*data*/) {}  // which is trained on next
  // Between backward and the optimizer's step: gradients are recorded, after clipping.
  virtual void on_gradients() {}
  virtual void on_train_batch_end(int64_t /*batch*/) {}

  // Puts numbers of its own into an epoch's logs, before any callback sees them.
  virtual void add_logs(Logs& /*logs*/) {}

  // What a checkpoint keeps of this callback, so that a resumed run stops and saves
  // where the whole one would have.
  virtual io::Json state() const { return {}; }
  virtual void load_state(const io::Json& /*state*/) {}
  virtual nn::StateDict arrays() const { return {}; }
  virtual void load_arrays(const nn::StateDict& /*arrays*/) {}

  Trainer& trainer() const;  // that runs; StateError outside of fit
  void set_trainer(Trainer* trainer) { trainer_ = trainer; }

 private:
  Trainer* trainer_ = nullptr;
};

// A callback as an argument: by value, shared, or the caller's own by reference.
class AnyCallback {
 public:
  AnyCallback(std::shared_ptr<Callback> callback) : callback_(std::move(callback)) {}
  AnyCallback(Callback& callback) : callback_(&callback, [](Callback*) {}) {}
  template <class C>
  requires(std::derived_from<C, Callback> && !std::is_lvalue_reference_v<C>)
      AnyCallback(C&& callback)
      : callback_(std::make_shared<C>(std::move(callback))) {}
  Callback* operator->() const { return callback_.get(); }

 private:
  std::shared_ptr<Callback> callback_;
};

}  // namespace lamina::train
