#include "lamina/optim/optimizer.h"

#include "lamina/optim/limits.h"

#include <algorithm>
#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/exec/evaluate.h"
#include "lamina/exec/retained.h"
#include "lamina/ir/node.h"
#include "lamina/ir/tapes.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"

namespace lamina::optim {

// In memory of their own, so that the first step runs the same program as all others.
Array Optimizer::filled(const Shape& shape, DType dtype, double fill) {
  if (fill != 0) {
    const std::vector<double> values(static_cast<size_t>(shape.elements()), fill);
    return astype(from_data(values.data(), shape, float64), dtype).eval();
  }
  size_t bytes = static_cast<size_t>(shape.elements()) * size_of(dtype);
  NodeValue value;
  value.storage = Storage::allocate(bytes);
  std::fill_n(value.storage->data(), bytes, std::byte{0});
  return make_leaf({dtype, shape}, std::move(value));
}

Array Optimizer::first_slot(size_t, const Array& value) const {
  return filled(value.shape(), value.dtype(), 0);
}

// Puts everything back unless the step is done. Old values are retained, not held: their memory may
// be given to the new ones. The losses are not asked for again: one of them may be what failed.
class Optimizer::Transaction {
 public:
  explicit Transaction(Optimizer& optimizer) : optimizer_(optimizer), losses_(take_losses()) {}

  ~Transaction() {
    optimizer_.numbers_.clear();
    if (done_) return;
    for (Saved& saved : saved_) {
      Entry& entry = *saved.entry;
      entry.parameter->set_value(retained_.at(saved.first));
      entry.parameter->set_grad(retained_.at(saved.first + 1));
      for (size_t k = 0; k < entry.slots.size(); ++k)
        entry.slots[k] = retained_.at(saved.first + 2 + k);
      entry.steps = saved.steps;
    }
  }

  void save(Entry& entry, const Array& gradient) {
    size_t first = retained_.add(entry.parameter.value());
    retained_.add(gradient);
    for (const Array& slot : entry.slots) retained_.add(slot);
    saved_.push_back({&entry, first, entry.steps});
  }

  // One program: the losses that were differentiated, the new values and slots, and the condition.
  // Gives whether it held.
  bool evaluate(const Array& condition) {
    std::vector<Node*> roots;
    if (condition) roots.push_back(condition.node());
    for (const Array& loss : losses_) roots.push_back(loss.node());
    for (const Saved& saved : saved_) {
      roots.push_back(saved.entry->parameter.value().node());
      for (const Array& slot : saved.entry->slots) roots.push_back(slot.node());
    }
    lamina::evaluate(roots);
    done_ = true;
    if (!condition || condition.item<bool>()) return true;
    for (Saved& saved : saved_) saved.entry->steps = saved.steps;
    return false;
  }

 private:
  struct Saved {
    Entry* entry;
    size_t first;  // in retained_: the value, the gradient, the slots
    int64_t steps;
  };
  Optimizer& optimizer_;
  std::vector<Array> losses_;
  Retained retained_;
  std::vector<Saved> saved_;
  bool done_ = false;
};

Optimizer::Optimizer(Parameters parameters, LearningRate lr, std::vector<const char*> slot_names)
    : lr_(std::move(lr)), slot_names_(std::move(slot_names)) {
  if (!lr_.is_schedule()) check_number("optimizer", "lr", lr_.at(0), 0);
  std::vector<Parameter> list = parameters.take();
  if (!list.empty()) bind(std::move(list));
}

void Optimizer::bind(std::vector<Parameter> parameters) {
  if (is_bound()) {
    throw StateError(text(kind(), ": bound to ", entries_.size(), " parameters already"))
        .help("make one optimizer for each model");
  }
  add(std::move(parameters), 0);
}

void Optimizer::add_group(ParameterGroup group) {
  if (group.lr && !group.lr->is_schedule())
    check_number(kind(), "a group's lr", group.lr->at(0), 0);
  if (!(group.lr_scale >= 0)) {
    throw ValueError(
        text(kind(), ": expected an lr_scale of 0 or more in a group, got ", group.lr_scale));
  }
  if (group.weight_decay && !(*group.weight_decay >= 0)) {
    throw ValueError(
        text(kind(), ": expected a weight_decay of 0 or more, got ", *group.weight_decay));
  }
  add(std::move(group.parameters), groups_.size());
  groups_.push_back({std::move(group.lr), group.lr_scale, group.weight_decay});
}

void Optimizer::add(std::vector<Parameter> parameters, size_t group) {
  std::vector<Entry> added;
  auto has = [](const std::vector<Entry>& entries, const Parameter& parameter) {
    return std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
      return entry.parameter.variable().get() == parameter.variable().get();
    });
  };
  for (Parameter& parameter : parameters) {
    if (!parameter) throw StateError("an optimizer was given an empty Parameter");
    if (group != 0 && (has(entries_, parameter) || has(added, parameter))) {
      throw StateError(text(kind(), ": a parameter stands in two groups"))
          .detail("parameter", parameter->name.empty() ? "without a name" : parameter->name);
    }
    added.push_back({std::move(parameter), {}, 0, group});
  }
  entries_.insert(entries_.end(), std::make_move_iterator(added.begin()),
                  std::make_move_iterator(added.end()));
}

std::vector<Parameter> Optimizer::parameters() const {
  std::vector<Parameter> list;
  for (const Entry& entry : entries_) list.push_back(entry.parameter);
  return list;
}

Array Optimizer::number(double value) {
  if (std::isnan(value)) {
    throw ValueError(text(kind(), ": the learning rate or another number of the step is nan"));
  }
  for (const auto& [known, array] : numbers_) {
    if (known == value) return array;
  }
  return numbers_.emplace_back(value, make_varying(value)).second;
}

Array Optimizer::blended(double keep, Array running, Array newest) {
  return number(keep) * std::move(running) + number(1 - keep) * std::move(newest);
}

Optimizer::Current Optimizer::current_of(const Group& group) const {
  return {group.lr_scale * (group.lr ? *group.lr : lr_).at(steps_), group.weight_decay};
}

void Optimizer::take_parameters(const Optimizer& inner) {
  groups_ = inner.groups_;
  for (const Entry& entry : inner.entries_)
    entries_.push_back({entry.parameter, {}, 0, entry.group});
}

Array Optimizer::update_by(Optimizer& inner, Array value, Array gradient, std::vector<Array>& slots,
                           int64_t step) {
  inner.current_ = current_;
  inner.numbers_.swap(numbers_);  // shared, and dropped when this step ends
  try {
    Array next = inner.update(std::move(value), std::move(gradient), slots, step);
    inner.numbers_.swap(numbers_);
    return next;
  } catch (...) {
    inner.numbers_.swap(numbers_);
    throw;
  }
}

void Optimizer::update(Entry& entry, Array gradient, const Array& condition) {
  const Array value = entry.parameter.value();
  const std::vector<Array> slots = condition ? entry.slots : std::vector<Array>();
  Array next = update(value, std::move(gradient), entry.slots, entry.steps);
  if (condition) {
    next = where(condition, std::move(next), value);
    for (size_t k = 0; k < slots.size(); ++k)
      entry.slots[k] = where(condition, std::move(entry.slots[k]), slots[k]);
  }
  entry.parameter->set_value(std::move(next));
}

void Optimizer::step(bool keep_grads) { step_if({}, keep_grads); }

bool Optimizer::step_if(const Array& condition, bool keep_grads) {
  if (!is_bound()) {
    throw StateError(text(kind(), ": step without parameters"))
        .help("give model.parameters() to the constructor, or bind them");
  }
  for (Entry& entry : entries_) {
    if (!entry.slots.empty() || !entry.parameter.grad()) continue;
    std::vector<Array> slots;
    for (size_t k = 0; k < slot_names_.size(); ++k)
      slots.push_back(first_slot(k, entry.parameter.value()));
    entry.slots = std::move(slots);
  }
  Transaction transaction(*this);
  {
    NoGrad no_grad;
    Uncut uncut;
    for (Entry& entry : entries_) {
      if (!entry.parameter.grad()) continue;
      Array gradient = entry.parameter.grad();
      transaction.save(entry, gradient);
      if (!keep_grads) entry.parameter->set_grad({});
      ++entry.steps;
      current_ = current_of(groups_[entry.group]);
      update(entry, std::move(gradient), condition);
    }
  }
  end_stale_tapes();
  const bool made = transaction.evaluate(condition);
  steps_ += made ? 1 : 0;
  return made;
}

void Optimizer::zero_grad() {
  for (Entry& entry : entries_) entry.parameter->set_grad({});
}

}  // namespace lamina::optim
