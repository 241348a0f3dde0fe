// One step of a training.
#include <optional>

#include "lamina/base/error.h"
#include "lamina/exec/memory_budget.h"
#include "lamina/exec/pending_updates.h"
#include "lamina/op/precision.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/random.h"
#include "lamina/ops/reduction.h"
#include "lamina/optim/clip.h"
#include "lamina/train/trainer.h"
#include "lamina/train/trainer_parts.h"

namespace lamina::train {

Array Trainer::train_step(const data::Batch& batch) {
  Array prediction = (*module_)(batch.x);
  Array loss = batch_loss(prediction, batch.y);
  record_metrics(loss, prediction, batch);
  prediction.reset();  // what is still held when the step runs is kept in memory
  step(loss);
  return loss;
}

Array Trainer::batch_loss(const Array& prediction, const Array& y) const {
  if (!weights_) return options_.loss(prediction, y);
  return mean(options_.loss.rows(prediction, y) * weights_);
}

void Trainer::step(const Array& loss) {
  require_compiled("step");
  optim::Optimizer& optimizer = *options_.optimizer;
  if (accumulated_ == 0) optimizer.zero_grad();  // a step that failed has given its gradients back
  Array share =
      options_.accumulate == 1 ? loss : loss * (1 / static_cast<double>(options_.accumulate));
  if (scaler_) share = scaler_->scale(share);
  share.backward();
  if (++accumulated_ < options_.accumulate && !last_batch_) {
    std::vector<Array> computed{loss};  // not with the step: batches would wait in memory for it
    for (const Parameter& parameter : optimizer.parameters()) {
      if (parameter.grad()) computed.push_back(parameter.grad());
    }
    return eval(computed);
  }
  if (scaler_) scaler_->unscale(optimizer);
  if (options_.clip_value > 0) optim::clip_grad_value(optimizer.parameters(), options_.clip_value);
  if (options_.clip_norm > 0) optim::clip_grad_norm(optimizer.parameters(), options_.clip_norm);
  if (callbacks_) callbacks_->each([](Callback& c) { c.on_gradients(); });
  if (scaler_) {
    scaler_->step(optimizer);
    scaler_->update();
  } else {
    optimizer.step();
  }
  accumulated_ = 0;
}

// A step that throws leaves gradients behind that can never be computed: added to those of the next
// step, they would make that fail too. Statistics that it recorded are taken back, and random numbers.
Array Trainer::whole_step(data::Batch batch) {
  std::optional<MemoryBudget> budget;
  if (options_.memory_budget > 0) budget.emplace(options_.memory_budget);
  const Precision precision(products_);
  const uint64_t updates = recorded_updates();
  const Generator::State random = default_generator().state();
  try {
    return train_step(batch);
  } catch (...) {
    options_.optimizer->zero_grad();
    if (scaler_) scaler_->drop_gradients(*options_.optimizer);
    accumulated_ = 0;
    take_back_updates(updates);
    default_generator().set_state(random);
    throw;
  }
}

void Trainer::record_metrics(const Array& loss, const Array& prediction, const data::Batch& batch) {
  totals_.add_loss(loss, batch.x.shape(0));
  // A transform may make probabilities of classes: metrics are of what the data say.
  totals_.add_metrics(prediction, target_ ? target_ : batch.y, batch.x.shape(0));
}

std::vector<int64_t> Trainer::samples() const {
  if (!feed_ || !in_epoch_) throw StateError("samples: no batch is running");
  return feed_->samples();
}

Array Trainer::weights_of(const data::Batch& batch, const FitOptions& options) const {
  Array weights;
  if (!options.class_weight.empty()) {
    if (is_floating(batch.y.dtype()) || batch.y.ndim() != 1) {
      throw ShapeError(
          text("fit: class_weight needs classes [N] as targets, got ", describe(batch.y)));
    }
    const auto classes = static_cast<int64_t>(options.class_weight.size());
    const Array table = from_data(options.class_weight.data(), {classes}, float64);
    weights = take(astype(table, float32), batch.y, 0);
  }
  if (options.sample_weight) {
    const std::vector<int64_t> numbers = samples();
    const auto count = static_cast<int64_t>(numbers.size());
    if (count != batch.x.shape(0)) {
      throw StateError(text("fit: this batch has ", batch.x.shape(0), " examples of ", count,
                            ": whose sample_weight they are is not known"))
          .help("a dataset that leaves examples out says so by left_out()");
    }
    Array own =
        astype(take(options.sample_weight, from_data(numbers.data(), {count}, int64), 0), float32);
    weights = weights ? std::move(weights) * std::move(own) : std::move(own);
  }
  return weights ? weights.eval() : weights;
}

}  // namespace lamina::train
