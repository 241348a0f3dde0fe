// Optimizer: makes the next values of parameters from their gradients.
//
//   optim::SGD optimizer(model.parameters(), {.lr = 0.1, .momentum = 0.9});
//   Array loss = nn::cross_entropy(model(x), y);
//   loss.backward();
//   optimizer.step();   // forward, backward and update run here, as one program
//
// step() is a transaction: when it throws (out of memory, a label out of range), parameters,
// gradients and the optimizer's own state are as before, and it may be called again.
//
// An optimizer made without parameters is bound to them later: Trainer::compile does so. Parameters
// that need another rate come in groups:
//
//   optim::Adam optimizer(head.parameters(), {.lr = 1e-3});
//   optimizer.add_group({.parameters = backbone.parameters(), .lr_scale = 0.1});
#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lamina/core/array.h"
#include "lamina/core/variable.h"
#include "lamina/optim/learning_rate.h"

namespace lamina::optim {

using StateDict = std::vector<std::pair<std::string, Array>>;

// The parameters an optimizer is made with: module.parameters(), or {p, q}. A type of its own,
// since a list of options ({.lr = 0.1}) could be taken for a std::vector.
class Parameters {
 public:
  Parameters() = default;
  Parameters(std::vector<Parameter> list) : list_(std::move(list)) {}
  Parameters(std::initializer_list<Parameter> list) : list_(list) {}
  std::vector<Parameter> take() { return std::move(list_); }

 private:
  std::vector<Parameter> list_;
};

// Parameters with numbers of their own.
struct ParameterGroup {
  std::vector<Parameter> parameters;
  std::optional<LearningRate> lr = std::nullopt;      // else the optimizer's
  double lr_scale = 1;                                // multiplies whichever it is
  std::optional<double> weight_decay = std::nullopt;  // else the optimizer's
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(Optimizer&&) noexcept = default;
  Optimizer& operator=(Optimizer&&) noexcept = default;

  void bind(std::vector<Parameter> parameters);  // once; StateError when it has parameters
  bool is_bound() const { return !entries_.empty(); }
  // StateError for a parameter that the optimizer has already.
  void add_group(ParameterGroup group);
  std::vector<Parameter> parameters() const;

  // Parameters without a gradient are left alone. The gradients are taken, so that one that nobody
  // else holds need never exist in memory; keep_grads leaves them in `grad`.
  void step(bool keep_grads = false);
  // A step where `condition`, one bool of the same program, is true; gives whether it is. Else values,
  // state and counters stay as they are.
  bool step_if(const Array& condition, bool keep_grads = false);
  void zero_grad();

  double lr() const { return lr_.at(steps_); }  // of the next step
  void set_lr(LearningRate lr) { lr_ = std::move(lr); }
  const LearningRate& rate_schedule() const { return lr_; }
  int64_t steps() const { return steps_; }

  // "steps", "lr", and for each parameter "<its name>.<slot>" and "<its name>.steps".
  StateDict state_dict() const;
  void load_state_dict(const StateDict& state);  // all or nothing; KeyError lists what does not fit

  virtual const char* kind() const = 0;  // "Adam"

 protected:
  Optimizer(Parameters parameters, LearningRate lr, std::vector<const char*> slot_names);

  // What one kind of optimizer is: records and returns a parameter's next value. `slots` hold its
  // running state, as first_slot makes it, and are to be replaced by the next ones. `step` counts
  // from 1 and is the parameter's own. Hyper-parameters come in as numbers made by number(), so
  // that no program is tied to them.
  virtual Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) = 0;

  // What a slot holds before the first step, in memory of its own: zeros like the parameter.
  virtual Array first_slot(size_t slot, const Array& value) const;
  static Array filled(const Shape& shape, DType dtype, double fill);
  static Array copied(const Array& value, DType dtype);

  // Of the group whose parameter is being updated.
  double rate() const { return current_.rate; }
  double weight_decay(double own) const { return current_.weight_decay.value_or(own); }

  void count_step() { ++steps_; }  // for those with a step of their own

  // One array for one value within a step, whatever the number of parameters.
  Array number(double value);
  // keep * running + (1 - keep) * newest.
  Array blended(double keep, Array running, Array newest);

  // For optimizers made of others: their parameters and groups, and their update at this one's
  // rate.
  void take_parameters(const Optimizer& inner);
  Array update_by(Optimizer& inner, Array value, Array gradient, std::vector<Array>& slots,
                  int64_t step);
  Array first_slot_of(const Optimizer& inner, size_t slot, const Array& value) const {
    return inner.first_slot(slot, value);
  }
  static const std::vector<const char*>& slot_names_of(const Optimizer& inner) {
    return inner.slot_names_;
  }
  static const LearningRate& rate_of(const Optimizer& inner) { return inner.lr_; }

 private:
  struct Entry {
    Parameter parameter;
    std::vector<Array> slots;  // empty until the first step
    int64_t steps = 0;
    size_t group = 0;
  };
  struct Group {  // the first is the optimizer's own
    std::optional<LearningRate> lr;
    double lr_scale = 1;
    std::optional<double> weight_decay;
  };
  struct Current {
    double rate = 0;
    std::optional<double> weight_decay;
  };
  class Transaction;
  std::string entry_name(size_t k) const;

  Current current_of(const Group& group) const;
  void add(std::vector<Parameter> parameters, size_t group);
  void update(Entry& entry, Array gradient, const Array& condition);

  std::vector<Entry> entries_;
  std::vector<Group> groups_ = {Group{}};
  Current current_;
  LearningRate lr_;
  std::vector<const char*> slot_names_;
  int64_t steps_ = 0;
  std::vector<std::pair<double, Array>> numbers_;  // of the step that is being recorded
};

// Any optimizer, where one is taken as an option: moved in, shared, or the caller's own by
// reference.
class AnyOptimizer {
 public:
  AnyOptimizer() = default;
  AnyOptimizer(const char* name) : AnyOptimizer(std::string(name)) {}
  AnyOptimizer(const std::string& name);  // "adam": as it is without options; KeyError lists all
  template <std::derived_from<Optimizer> O>
  AnyOptimizer(O&& optimizer) : optimizer_(std::make_shared<O>(std::move(optimizer))) {}
  AnyOptimizer(Optimizer& optimizer) : optimizer_(&optimizer, [](Optimizer*) {}) {}
  AnyOptimizer(std::shared_ptr<Optimizer> optimizer) : optimizer_(std::move(optimizer)) {}
  Optimizer* operator->() const { return optimizer_.get(); }
  Optimizer& operator*() const { return *optimizer_; }
  explicit operator bool() const { return static_cast<bool>(optimizer_); }

 private:
  std::shared_ptr<Optimizer> optimizer_;
};

}  // namespace lamina::optim
