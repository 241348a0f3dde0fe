// Optimizer: makes the next values of parameters from their gradients.
//
//   optim::SGD optimizer(model.parameters(), {.lr = 0.1, .momentum = 0.9});
//   Array loss = nn::cross_entropy(model(x), y);
//   loss.backward();
//   optimizer.step();   // forward, backward and update run here, as one program
//
// step() is a transaction: when it throws (out of memory, a label out of range), parameters, gradients and the
// optimizer's own state are as before, and it may be called again.
//
// An optimizer made without parameters is bound to them later: Trainer::compile does so.
#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lamina/core/array.h"
#include "lamina/core/variable.h"
#include "lamina/optim/learning_rate.h"

namespace lamina::optim {

using StateDict = std::vector<std::pair<std::string, Array>>;

// The parameters an optimizer is made with: module.parameters(), or {p, q}. A type of its own, since a list of
// options ({.lr = 0.1}) could be taken for a std::vector.
class Parameters {
 public:
  Parameters() = default;
  Parameters(std::vector<Parameter> list) : list_(std::move(list)) {}
  Parameters(std::initializer_list<Parameter> list) : list_(list) {}
  std::vector<Parameter> take() { return std::move(list_); }

 private:
  std::vector<Parameter> list_;
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(Optimizer&&) noexcept = default;
  Optimizer& operator=(Optimizer&&) noexcept = default;

  void bind(std::vector<Parameter> parameters);  // once; StateError when it has parameters
  bool is_bound() const { return !entries_.empty(); }
  std::vector<Parameter> parameters() const;

  // Parameters without a gradient are left alone. The gradients are taken, so that one that nobody else holds
  // need never exist in memory; keep_grads leaves them in `grad`.
  void step(bool keep_grads = false);
  void zero_grad();

  double lr() const { return lr_.at(steps_); }  // of the next step
  void set_lr(LearningRate lr) { lr_ = std::move(lr); }
  int64_t steps() const { return steps_; }

  // "steps", "lr", and for each parameter "<its name>.<slot>" and "<its name>.steps".
  StateDict state_dict() const;
  void load_state_dict(const StateDict& state);  // all or nothing; KeyError lists what does not fit

  virtual const char* kind() const = 0;  // "Adam"

 protected:
  Optimizer(Parameters parameters, LearningRate lr, std::vector<const char*> slot_names);

  // What one kind of optimizer is: records and returns a parameter's next value. `slots` hold its running
  // state, zeros at first, and are to be replaced by the next ones. `step` counts from 1 and is the
  // parameter's own. Hyper-parameters come in as numbers made by number(), so that no program is tied to them.
  virtual Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) = 0;

  // One array for one value within a step, whatever the number of parameters.
  Array number(double value);

 private:
  struct Entry {
    Parameter parameter;
    std::vector<Array> slots;  // empty until the first step
    int64_t steps = 0;
  };
  class Transaction;
  std::string entry_name(size_t k) const;

  std::vector<Entry> entries_;
  LearningRate lr_;
  std::vector<const char*> slot_names_;
  int64_t steps_ = 0;
  std::vector<std::pair<double, Array>> numbers_;  // of the step that is being recorded
};

// Any optimizer, where one is taken as an option: moved in, shared, or the caller's own by reference.
class AnyOptimizer {
 public:
  AnyOptimizer() = default;
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
