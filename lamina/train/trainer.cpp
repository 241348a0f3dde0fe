// Compiling, evaluating, predicting; fit.cpp trains, checkpoint.cpp saves.
#include "lamina/train/trainer.h"

#include <cstring>

#include "lamina/base/error.h"
#include "lamina/data/array_dataset.h"
#include "lamina/exec/evaluate.h"
#include "lamina/ir/node.h"
#include "lamina/op/precision.h"
#include "lamina/op/recording.h"
#include "lamina/ops/elementwise.h"
#include "lamina/train/trainer_parts.h"

namespace lamina::train {

Trainer& Callback::trainer() const {
  if (!trainer_) throw StateError("this callback is not part of a running fit");
  return *trainer_;
}

Trainer::Trainer(nn::Module& module) : module_(&module, [](nn::Module*) {}) {}

Trainer::Trainer(std::shared_ptr<nn::Module> module) : module_(std::move(module)) {
  if (!module_) throw StateError("Trainer: the module is null");
}

Trainer::~Trainer() = default;

Trainer& Trainer::compile(CompileOptions options) {
  if (!options.optimizer) throw StateError("compile: there is no optimizer");
  if (!options.loss) {
    throw StateError("compile: there is no loss").help(".loss = \"cross_entropy\", or a function");
  }
  if (options.accumulate < 1) {
    throw ValueError(
        text("compile: expected accumulate to be 1 or more, got ", options.accumulate));
  }
  if (!(options.clip_norm >= 0) || !(options.clip_value >= 0)) {
    throw ValueError(text("compile: expected clip_norm and clip_value to be 0 or more, got ",
                          options.clip_norm, " and ", options.clip_value));
  }
  if (options.memory_budget < 0) {
    throw ValueError(text("compile: expected memory_budget to be 0 or more bytes, got ",
                          options.memory_budget));
  }
  products_ = precision_named(options.precision);
  scaler_.reset();
  if (products_ == float16) scaler_.emplace();
  if (!options.optimizer->is_bound()) options.optimizer->bind(module_->parameters());
  totals_ = Totals(options.metrics);
  options_ = std::move(options);
  return *this;
}

optim::Optimizer& Trainer::optimizer() {
  require_compiled("optimizer");
  return *options_.optimizer;
}

void Trainer::require_compiled(const char* call) const {
  if (options_.optimizer) return;
  throw StateError(text(call, ": the trainer is not compiled"))
      .help("call compile({.optimizer = .., .loss = ..}) first");
}

void Trainer::see(const Array& x) {
  if (!input_ && x.ndim() > 0) input_ = InputSpec{x.dtype(), x.shape()};
  if (input_ && input_->shape.rank() > 0) input_->shape[0] = -1;  // any number of examples
}

namespace {

// One pass over the batches of a source.
template <class F>
void each_batch(const data::Source& data, int64_t batch_size, F&& f) {
  if (data.stream()) {
    data.stream()->begin();
    while (std::optional<data::Batch> batch = data.stream()->next()) f(std::move(*batch));
    return;
  }
  data::DataLoader loader =
      data.loader() ? *data.loader() : data::DataLoader(data.dataset(), {.batch_size = batch_size});
  loader.restore({});
  for (data::Batch batch : loader) f(std::move(batch));
}

}  // namespace

Logs Trainer::evaluate(data::Source data, EvaluateOptions options) {
  require_compiled("evaluate");
  EvaluationMode mode(*module_);
  NoGrad no_grad;
  const Precision precision(products_);
  const DeterministicCall deterministic(options_.deterministic);
  Totals totals(options_.metrics);
  each_batch(data, options.batch_size, [&](data::Batch batch) {
    auto [x, y] = std::move(batch);
    see(x);
    const int64_t examples = x.shape(0);
    Array prediction = (*module_)(std::move(x));
    Array loss = options_.loss(prediction, y);
    totals.add_metrics(prediction, y, examples);
    totals.add_loss(loss, examples);
    prediction.reset();  // what nobody holds is not kept
    loss.reset();
    totals.eval();
  });
  if (totals.batches() == 0) throw ValueError("evaluate: the dataset is empty");
  return totals.logs();
}

Array Trainer::predict(const Array& x, EvaluateOptions options) {
  if (!x || x.ndim() == 0) {
    throw ShapeError(text("predict: expected one row per example, got ", describe(x)));
  }
  EvaluationMode mode(*module_);
  NoGrad no_grad;
  const Precision precision(products_);
  const DeterministicCall deterministic(options_.deterministic);
  const int64_t examples = x.shape(0);
  // Batches are copied out, not sliced: where a slice begins would be part of a program.
  data::DataLoader loader(data::ArrayDataset(x, x), {.batch_size = options.batch_size});
  if (examples == 0) return (*module_)(x).eval();
  Spec spec;
  NodeValue all;
  size_t written = 0, row_bytes = 0;
  for (auto [rows, ignored] : loader) {
    ignored.reset();
    see(rows);
    const int64_t count = rows.shape(0);
    Array part = (*module_)(std::move(rows));
    if (part.dtype() == products_) part = astype(std::move(part), float32);
    if (part.ndim() == 0 || part.shape(0) != count) {
      throw ShapeError(
          text("predict: expected ", count, " rows from the module, got ", describe(part)));
    }
    const HostValue host = host_value(part);
    if (!all.storage) {
      spec = Spec{part.dtype(), part.shape()};
      spec.shape[0] = examples;
      row_bytes = static_cast<size_t>(part.size() / count) * size_of(part.dtype());
      all.storage = Storage::allocate(row_bytes * static_cast<size_t>(examples));
    }
    std::memcpy(all.storage->data() + written, host.data(), row_bytes * static_cast<size_t>(count));
    written += row_bytes * static_cast<size_t>(count);
  }
  return make_leaf(std::move(spec), std::move(all));
}

void Trainer::save(const std::string& path, SaveOptions options) {
  if (!input_) {
    throw StateError("save: the trainer does not know yet what the module's input looks like")
        .help("fit, evaluate or predict first, or use save_model with an InputSpec");
  }
  save_model(*module_, *input_, path, std::move(options));
}

void Trainer::load(const std::string& path) { load_weights(*module_, path); }

}  // namespace lamina::train
