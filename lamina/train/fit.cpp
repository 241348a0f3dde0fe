// The training loop.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/data/permutation.h"
#include "lamina/train/progress.h"
#include "lamina/train/subset.h"
#include "lamina/train/trainer.h"
#include "lamina/train/trainer_parts.h"

namespace lamina::train {

void Trainer::start(data::DataLoader& loader, const FitOptions& options,
                    const Callbacks& callbacks) {
  stop_ = stop_now_ = false;
  if (!resume_) {
    history_ = {};
    epochs_done_ = options.initial_epoch;
    accumulated_ = 0;
    totals_.reset();
    loader.restore({epochs_done_, 0});
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
  data::LoaderPosition position = resume_->position;
  if (position.batch >= batches_in(loader, options)) position.batch = loader.size();  // none left
  loader.restore(position);
  callbacks.load_states(resume_->callbacks);
  callbacks.load_arrays(resume_->callback_arrays);
  resume_.reset();
}

namespace {

void check_options(const data::DatasetHandle& data, const FitOptions& options) {
  if (!data || data->size() == 0) throw ValueError("fit: the dataset is empty");
  auto at_least_0 = [](const char* name, int64_t value) {
    if (value >= 0) return;
    throw ValueError(text("fit: expected ", name, " to be 0 or more, got ", value));
  };
  at_least_0("epochs", options.epochs);
  at_least_0("initial_epoch", options.initial_epoch);
  at_least_0("steps_per_epoch", options.steps_per_epoch);
  if (!(options.validation_split >= 0 && options.validation_split < 1)) {
    throw ValueError(text("fit: expected a validation_split of at least 0 and below 1, got ",
                          options.validation_split));
  }
  if (options.validation_split > 0 && options.validation_data) {
    throw ValueError("fit: expected validation_data or validation_split, got both");
  }
  const Array& weights = options.sample_weight;
  if (weights && weights.shape() != Shape{data->size()}) {
    throw ShapeError(text("fit: expected a sample_weight for each of ", data->size(),
                          " examples, got ", describe(weights)));
  }
}

// The examples from the end on become the validation data, whatever the order of training.
void split_off(data::DatasetHandle& data, FitOptions& options) {
  const int64_t count = data->size();
  const auto kept =
      static_cast<int64_t>(static_cast<double>(count) * (1 - options.validation_split));
  if (kept == 0 || kept == count) {
    throw ValueError(text("fit: a validation_split of ", options.validation_split, " of ", count,
                          " examples leaves one part empty"));
  }
  std::vector<int64_t> first = data::ascending(kept), rest;
  for (int64_t i = kept; i < count; ++i) rest.push_back(i);
  options.validation_data = Subset(data, std::move(rest));
  data = Subset(data, std::move(first));
}

}  // namespace

const History& Trainer::fit(data::DatasetHandle data, FitOptions options) {
  require_compiled("fit");
  check_options(data, options);
  if (options.validation_split > 0) split_off(data, options);
  data::DataLoader loader(data, {options.batch_size, options.shuffle, options.seed});
  const Callbacks callbacks(*this, options.callbacks);
  struct Running {  // what callbacks may ask for, until the fit ends in whatever way
    Trainer& trainer;
    ~Running() {
      trainer.loader_ = nullptr, trainer.callbacks_ = nullptr;
      trainer.validation_data_ = {};
      trainer.weights_.reset();
      trainer.target_.reset();
      trainer.in_epoch_ = trainer.last_batch_ = false;
    }
  } running{*this};
  loader_ = &loader, callbacks_ = &callbacks;
  dataset_size_ = data->size();
  validation_data_ = options.validation_data;
  module_->train();
  callbacks.each([](Callback& c) { c.on_train_begin(); });
  start(loader, options, callbacks);
  while (epochs_done_ < options.epochs && !stop_) epoch(loader, options, callbacks);
  callbacks.each([](Callback& c) { c.on_train_end(); });
  return history_;
}

int64_t Trainer::batches_in(const data::DataLoader& loader, const FitOptions& options) const {
  if (options.steps_per_epoch == 0) return loader.size();
  return std::min(options.steps_per_epoch, loader.size());
}

void Trainer::one_batch(data::Batch batch, const FitOptions& options, const Callbacks& callbacks) {
  const int64_t number = loader_->position().batch - 1, examples = batch.x.shape(0),
                before = totals_.batches();
  see(batch.x);
  weights_ = weights_of(batch, options);
  if (options.transform) {
    target_ = batch.y;
    batch = options.transform(std::move(batch));
  }
  callbacks.each([&](Callback& c) { c.on_train_batch_begin(number); });
  callbacks.each([&](Callback& c) { c.see_batch(batch); });
  Array loss = whole_step(std::move(batch));
  if (totals_.batches() == before)
    totals_.add_loss(loss, examples);  // a step that records no metrics
  loss.reset();
  totals_.eval();  // computed already, but for a step of another kind
  callbacks.each([&](Callback& c) { c.on_train_batch_end(number); });
}

void Trainer::epoch(data::DataLoader& loader, const FitOptions& options,
                    const Callbacks& callbacks) {
  const int64_t batches = batches_in(loader, options);
  Progress progress({.epoch = epochs_done_ + 1,
                     .epochs = options.epochs,
                     .examples = std::min(loader.examples(), batches * options.batch_size),
                     .verbose = options.verbose});
  if (loader.position().batch == 0 || totals_.batches() == 0) totals_.reset();
  callbacks.each([&](Callback& c) { c.on_epoch_begin(epochs_done_); });
  in_epoch_ = true;
  for (auto it = loader.begin(); it != loader.end(); ++it) {
    data::Batch batch = *it;
    const int64_t examples = batch.x.shape(0);
    last_batch_ = loader.position().batch >= batches;
    one_batch(std::move(batch), options, callbacks);
    progress.advance(examples, [&] { return totals_.loss(); });
    if (last_batch_ || stop_now_) break;
  }
  in_epoch_ = false;
  Logs logs = totals_.logs();
  totals_.reset();
  if (options.validation_data) {
    for (const auto& [name, value] : evaluate(options.validation_data))
      logs.set("val_" + name, value);
  }
  callbacks.each([&](Callback& c) { c.add_logs(logs); });
  history_.add(logs);
  ++epochs_done_;
  progress.finish(logs);
  callbacks.each([&](Callback& c) { c.on_epoch_end(epochs_done_ - 1, logs); });
}

}  // namespace lamina::train
