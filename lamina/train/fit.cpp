// The training loop.
#include <cmath>
#include <cstdio>

#include "lamina/base/error.h"
#include "lamina/data/permutation.h"
#include "lamina/exec/deterministic.h"
#include "lamina/train/progress.h"
#include "lamina/train/subset.h"
#include "lamina/train/trainer.h"
#include "lamina/train/trainer_parts.h"

namespace lamina::train {

void Trainer::start(const FitOptions& options, const Callbacks& callbacks) {
  stop_ = stop_now_ = false;
  if (!resume_) {
    history_ = {};
    epochs_done_ = options.initial_epoch;
    accumulated_ = 0;
    order_ = 0;
    totals_.reset();
    return feed_->start(epochs_done_);
  }
  feed_->resume(resume_->feed);
  callbacks.load_states(resume_->callbacks);
  callbacks.load_arrays(resume_->callback_arrays);
  resume_.reset();
}

namespace {

void check_options(const data::Source& data, const FitOptions& options) {
  const data::DatasetHandle& dataset = data.dataset();
  const data::DataLoader* loader = data.loader();
  if (!data || (dataset && dataset->size() == 0) || (loader && loader->size() == 0)) {
    throw ValueError("fit: the dataset is empty");
  }
  auto at_least_0 = [](const char* name, int64_t value) {
    if (value >= 0) return;
    throw ValueError(text("fit: expected ", name, " to be 0 or more, got ", value));
  };
  at_least_0("epochs", options.epochs);
  at_least_0("initial_epoch", options.initial_epoch);
  at_least_0("steps_per_epoch", options.steps_per_epoch);
  for (double weight : options.class_weight) {
    if (weight >= 0 && weight < HUGE_VAL) continue;
    throw ValueError(text("fit: expected each class_weight to be 0 or more, got ", weight));
  }
  if (!(options.validation_split >= 0 && options.validation_split < 1)) {
    throw ValueError(text("fit: expected a validation_split of at least 0 and below 1, got ",
                          options.validation_split));
  }
  if (options.validation_split > 0 && options.validation_data) {
    throw ValueError("fit: expected validation_data or validation_split, got both");
  }
  if (data.stream() && !data.stream()->repeats() && options.steps_per_epoch == 0 &&
      options.epochs > 1) {
    throw ValueError(
        text("fit: this stream can be gone through once, got epochs = ", options.epochs))
        .help(
            "say how many batches an epoch has with steps_per_epoch, or pass what can begin again");
  }
  const data::StreamHandle& checks = options.validation_data.stream();
  if (checks && !checks->repeats() && options.epochs > 1) {
    throw ValueError("fit: the validation data can be gone through once, and each epoch needs them")
        .help("pass a dataset, or what can begin again");
  }
  if ((options.sample_weight || options.validation_split > 0) && !dataset) {
    throw ValueError("fit: sample_weight and validation_split need a dataset")
        .help("pass the dataset itself; it is batched by fit");
  }
  const Array& weights = options.sample_weight;
  if (weights && weights.shape() != Shape{dataset->size()}) {
    throw ShapeError(text("fit: expected a sample_weight for each of ", dataset->size(),
                          " examples, got ", describe(weights)));
  }
}

// The examples from the end on become the validation data, whatever the order of training.
void split_off(data::Source& all, FitOptions& options) {
  const data::DatasetHandle data = all.dataset();
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
  all = Subset(data, std::move(first));
}

std::unique_ptr<BatchFeed> feed_of(data::Source data, const FitOptions& options, bool look_ahead) {
  const FeedOptions how{options.steps_per_epoch, look_ahead};
  if (data.stream()) return feed_of(data.stream(), how);
  if (data.loader()) return feed_of(*data.loader(), how);
  return feed_of(
      data::DataLoader(data.dataset(), {options.batch_size, options.shuffle, options.seed}), how);
}

}  // namespace

const History& Trainer::fit(data::Source data, FitOptions options) {
  require_compiled("fit");
  if (feed_) throw StateError("fit: a fit of this trainer is running");
  check_options(data, options);
  if (options.validation_split > 0) split_off(data, options);
  const DeterministicCall deterministic(options_.deterministic);
  struct Running {  // what callbacks may ask for, until the fit ends in whatever way
    Trainer& trainer;
    ~Running() {
      trainer.feed_.reset(), trainer.callbacks_ = nullptr;
      trainer.validation_data_ = {};
      trainer.weights_.reset();
      trainer.target_.reset();
      trainer.in_epoch_ = trainer.last_batch_ = false;
    }
  } running{*this};
  feed_ = feed_of(std::move(data), options, options_.accumulate > 1);
  const Callbacks callbacks(*this, options.callbacks);
  callbacks_ = &callbacks;
  validation_data_ = options.validation_data;
  module_->train();
  callbacks.each([](Callback& c) { c.on_train_begin(); });
  start(options, callbacks);
  while (epochs_done_ < options.epochs && !stop_) epoch(options, callbacks);
  callbacks.each([](Callback& c) { c.on_train_end(); });
  if (options.verbose > 0 && is_deterministic()) {
    std::printf("fingerprint %s: weights, order of the data, settings\n", fingerprint().c_str());
    std::fflush(stdout);
  }
  return history_;
}

void Trainer::one_batch(data::Batch batch, const FitOptions& options, const Callbacks& callbacks) {
  const int64_t number = feed_->number(), examples = batch.x.shape(0), before = totals_.batches();
  see(batch.x);
  note_order();
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

void Trainer::epoch(const FitOptions& options, const Callbacks& callbacks) {
  if (!feed_->begin_epoch()) {
    if (epochs_done_ == options.initial_epoch) throw ValueError("fit: the stream gave no batch");
    stop_ = true;
    return;
  }
  Progress progress({.epoch = epochs_done_ + 1,
                     .epochs = options.epochs,
                     .examples = feed_->examples(),
                     .verbose = options.verbose});
  if (feed_->number() < 0 || totals_.batches() == 0) totals_.reset();
  callbacks.each([&](Callback& c) { c.on_epoch_begin(epochs_done_); });
  in_epoch_ = true;
  while (std::optional<data::Batch> batch = feed_->next()) {
    const int64_t examples = batch->x.shape(0);
    last_batch_ = feed_->is_last();
    one_batch(std::move(*batch), options, callbacks);
    progress.advance(examples, [&] { return totals_.loss(); });
    if (stop_now_) break;
  }
  in_epoch_ = false;
  Logs logs = totals_.logs();
  if (options.validation_data) {
    for (const auto& [name, value] : evaluate(options.validation_data))
      logs.set("val_" + name, value);
  }
  callbacks.each([&](Callback& c) { c.add_logs(logs); });
  totals_.reset();
  history_.add(logs);
  ++epochs_done_;
  feed_->end_epoch();
  progress.finish(logs);
  callbacks.each([&](Callback& c) { c.on_epoch_end(epochs_done_ - 1, logs); });
}

}  // namespace lamina::train
