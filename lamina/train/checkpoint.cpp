// Checkpoints: what a fit needs to go on as if it had never stopped.
#include "lamina/base/error.h"
#include "lamina/op/recording.h"
#include "lamina/ops/random.h"
#include "lamina/train/array_file.h"
#include "lamina/train/trainer.h"
#include "lamina/train/trainer_parts.h"

namespace lamina::train {
namespace {

constexpr const char* kFormat = "lamina-checkpoint";

// JSON's integers are signed; seeds are not.
io::Json from_unsigned(uint64_t value) { return static_cast<int64_t>(value); }
uint64_t to_unsigned(const io::Json& json) { return static_cast<uint64_t>(json.as_integer()); }

// Finite numbers as they are, the others (a loss that became NaN) as text: JSON has no such numbers.
io::Json from_double(double value) {
  if (value - value == 0) return value;
  return number(value);
}
double to_double(const io::Json& json) {
  return json.is_string() ? std::stod(json.as_string()) : json.as_double();
}

void append(nn::StateDict& to, const std::string& prefix, const nn::StateDict& from) {
  for (const auto& [name, value] : from) to.emplace_back(prefix + name, value);
}

nn::StateDict part(const nn::StateDict& all, std::string_view prefix) {
  nn::StateDict result;
  for (const auto& [name, value] : all) {
    if (name.starts_with(prefix)) result.emplace_back(name.substr(prefix.size()), value);
  }
  return result;
}

io::Json history_json(const History& history) {
  io::Json series{io::Json::Array{}};
  for (const auto& [name, values] : history.series()) {
    io::Json list{io::Json::Array{}};
    for (double value : values) list.push_back(from_double(value));
    io::Json one;
    one.set("name", name).set("values", std::move(list));
    series.push_back(std::move(one));
  }
  io::Json json;
  json.set("epochs", history.epochs()).set("series", std::move(series));
  return json;
}

History history_from(const io::Json& json) {
  std::vector<History::Series> series;
  for (const io::Json& one : json.at("series").as_array()) {
    std::vector<double> values;
    for (const io::Json& value : one.at("values").as_array()) values.push_back(to_double(value));
    series.emplace_back(one.at("name").as_string(), std::move(values));
  }
  History history;
  history.restore(std::move(series), json.at("epochs").as_integer());
  return history;
}

}  // namespace

void Trainer::save_checkpoint(const std::string& path) {
  require_compiled("save_checkpoint");
  nn::StateDict arrays;
  append(arrays, "model.", module_->state_dict());
  append(arrays, "optimizer.", options_.optimizer->state_dict());
  if (scaler_) append(arrays, "loss_scaler.", scaler_->state_dict());
  append(arrays, "totals.", totals_.sums());
  if (accumulated_ > 0) {
    const std::vector<Parameter> parameters = options_.optimizer->parameters();
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (parameters[i].grad()) arrays.emplace_back(text("gradients.", i), parameters[i].grad());
    }
  }
  if (callbacks_) append(arrays, "callbacks.", callbacks_->arrays());
  io::Json counts{io::Json::Array{}};
  for (int64_t count : totals_.counts()) counts.push_back(count);
  const Generator::State random = default_generator().state();
  io::Json state;
  state.set("optimizer", options_.optimizer->kind()).set("epochs_done", epochs_done_);
  state.set("history", history_json(history_)).set("counts", std::move(counts));
  state.set("batches", totals_.batches()).set("accumulated", accumulated_);
  state.set("order", int64_t{order_});
  state.set("random_seed", from_unsigned(random.seed))
      .set("random_counter", from_unsigned(random.counter));
  if (feed_) {
    state.set("loader", feed_->state());
    state.set("callbacks", callbacks_->states());
  } else if (resume_) {
    state.set("loader", resume_->feed);
    state.set("callbacks", resume_->callbacks);
  }
  write_array_file(path, kFormat, arrays, {{"state", state.dump()}});
}

void Trainer::load_checkpoint(const std::string& path) {
  require_compiled("load_checkpoint");
  const ArrayFile file = read_array_file(path, kFormat);
  const io::Json state = read_json(file, "state", path);
  // Everything is read before anything changes.
  std::unique_ptr<Resume> resume;
  std::vector<Array> sums;
  std::vector<int64_t> counts;
  History history;
  Generator::State random;
  int64_t epochs_done = 0, batches = 0, accumulated = 0, order = 0;
  reading(path, [&] {
    const std::string& kind = state.at("optimizer").as_string();
    if (kind != options_.optimizer->kind()) {
      throw ValueError(
          text("expected the state of ", options_.optimizer->kind(), ", got that of ", kind));
    }
    epochs_done = state.at("epochs_done").as_integer();
    batches = state.at("batches").as_integer();
    if (const io::Json* waiting = state.find("accumulated")) accumulated = waiting->as_integer();
    if (const io::Json* so_far = state.find("order")) order = so_far->as_integer();
    history = history_from(state.at("history"));
    random = {to_unsigned(state.at("random_seed")), to_unsigned(state.at("random_counter"))};
    for (const io::Json& count : state.at("counts").as_array())
      counts.push_back(count.as_integer());
    const nn::StateDict saved = part(file.arrays, "totals.");
    for (const auto& [name, sum] : totals_.sums()) {
      const Array* value = nn::find(saved, name);
      if (!value || saved.size() != totals_.sums().size() || counts.size() != saved.size()) {
        throw KeyError("the checkpoint was saved with other metrics");
      }
      sums.push_back(*value);
    }
    if (const io::Json* loader = state.find("loader")) {
      resume = std::make_unique<Resume>();
      resume->feed = *loader;
      resume->callbacks = state.at("callbacks");
      resume->callback_arrays = part(file.arrays, "callbacks.");
    }
  });
  const nn::StateDict before = module_->state_dict();
  try {
    module_->load_state_dict(part(file.arrays, "model."));
  } catch (Error& error) {
    error.add_detail("checkpoint", path);
    throw;
  }
  try {
    options_.optimizer->load_state_dict(part(file.arrays, "optimizer."));
  } catch (...) {
    module_->load_state_dict(before);
    throw;
  }
  // A checkpoint of a training in another precision has none: the scale adapts.
  const nn::StateDict scaler = part(file.arrays, "loss_scaler.");
  if (scaler_ && !scaler.empty()) scaler_->load_state_dict(scaler);
  const std::vector<Parameter> parameters = options_.optimizer->parameters();
  const nn::StateDict gradients = part(file.arrays, "gradients.");
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Array* gradient = nn::find(gradients, text(i));
    parameters[i]->set_grad(gradient ? *gradient : Array());
  }
  accumulated_ = accumulated;
  totals_.restore(sums, counts, batches);
  default_generator().set_state(random);
  history_ = std::move(history);
  epochs_done_ = epochs_done;
  order_ = static_cast<uint32_t>(order);
  resume_ = std::move(resume);
}

}  // namespace lamina::train
