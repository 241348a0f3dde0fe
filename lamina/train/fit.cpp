// The training loop.
#include "lamina/base/error.h"
#include "lamina/op/recording.h"
#include "lamina/train/progress.h"
#include "lamina/train/trainer.h"
#include "lamina/train/trainer_parts.h"

namespace lamina::train {

Array Trainer::train_step(const data::Batch& batch) {
  Array prediction = (*module_)(batch.x);
  Array loss = options_.loss(prediction, batch.y);
  record_metrics(loss, prediction, batch);
  prediction.reset();  // what is still held when the step runs is kept in memory
  options_.optimizer->zero_grad();  // a step that failed has given its gradients back
  loss.backward();
  options_.optimizer->step();
  return loss;
}

// A step that throws leaves gradients behind that can never be computed: added to those of the next
// step, they would make that fail too.
Array Trainer::whole_step(data::Batch batch) {
  try {
    return train_step(batch);
  } catch (...) {
    options_.optimizer->zero_grad();
    throw;
  }
}

void Trainer::record_metrics(const Array& loss, const Array& prediction, const data::Batch& batch) {
  totals_.add_loss(loss, batch.x.shape(0));
  totals_.add_metrics(prediction, batch.y, batch.x.shape(0));
}

void Trainer::start(data::DataLoader& loader, const FitOptions& options,
                    const Callbacks& callbacks) {
  stop_ = false;
  if (!resume_) {
    history_ = {};
    epochs_done_ = 0;
    totals_.reset();
    return;
  }
  const data::DataLoaderOptions& saved = resume_->loader;
  if (saved.batch_size != options.batch_size || saved.shuffle != options.shuffle ||
      saved.seed != options.seed) {
    throw ValueError("fit: a resumed fit needs the options of the one that was saved")
        .detail("saved", text("batch_size ", saved.batch_size, ", shuffle ", saved.shuffle,
                              ", seed ", saved.seed))
        .detail("given", text("batch_size ", options.batch_size, ", shuffle ", options.shuffle,
                              ", seed ", options.seed));
  }
  loader.restore(resume_->position);
  callbacks.load_states(resume_->callbacks);
  resume_.reset();
}

const History& Trainer::fit(data::DatasetHandle data, FitOptions options) {
  require_compiled("fit");
  if (!data || data->size() == 0) throw ValueError("fit: the dataset is empty");
  if (options.epochs < 0)
    throw ValueError(text("fit: expected 0 or more epochs, got ", options.epochs));
  data::DataLoader loader(data, {options.batch_size, options.shuffle, options.seed});
  const Callbacks callbacks(*this, options.callbacks);
  struct Running {  // what callbacks may ask for, until the fit ends in whatever way
    Trainer& trainer;
    ~Running() {
      trainer.loader_ = nullptr, trainer.callbacks_ = nullptr;
      trainer.in_epoch_ = false;
    }
  } running{*this};
  loader_ = &loader, callbacks_ = &callbacks;
  module_->train();
  callbacks.each([](Callback& c) { c.on_train_begin(); });
  start(loader, options, callbacks);
  while (epochs_done_ < options.epochs && !stop_) epoch(loader, options, callbacks);
  callbacks.each([](Callback& c) { c.on_train_end(); });
  return history_;
}

void Trainer::epoch(data::DataLoader& loader, const FitOptions& options,
                    const Callbacks& callbacks) {
  Progress progress({.epoch = epochs_done_ + 1,
                     .epochs = options.epochs,
                     .examples = loader.examples(),
                     .verbose = options.verbose});
  if (loader.position().batch == 0 || totals_.batches() == 0) totals_.reset();
  callbacks.each([&](Callback& c) { c.on_epoch_begin(epochs_done_); });
  in_epoch_ = true;
  for (auto [x, y] : loader) {
    const int64_t number = loader.position().batch - 1, examples = x.shape(0),
                  before = totals_.batches();
    see(x);
    callbacks.each([&](Callback& c) { c.on_train_batch_begin(number); });
    Array loss = whole_step({std::move(x), std::move(y)});
    if (totals_.batches() == before)
      totals_.add_loss(loss, examples);  // a step that records no metrics
    loss.reset();
    totals_.eval();  // computed already, but for a step of another kind
    callbacks.each([&](Callback& c) { c.on_train_batch_end(number); });
    progress.advance(examples, [&] { return totals_.loss(); });
  }
  in_epoch_ = false;
  Logs logs = totals_.logs();
  totals_.reset();
  if (options.validation_data) {
    for (const auto& [name, value] : evaluate(options.validation_data))
      logs.set("val_" + name, value);
  }
  history_.add(logs);
  ++epochs_done_;
  progress.finish(logs);
  callbacks.each([&](Callback& c) { c.on_epoch_end(epochs_done_ - 1, logs); });
}

}  // namespace lamina::train
