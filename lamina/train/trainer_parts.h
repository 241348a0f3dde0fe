// Internal to the trainer's sources.
#pragma once

#include "lamina/base/text.h"
#include "lamina/exec/deterministic.h"
#include "lamina/io/json.h"
#include "lamina/nn/evaluation_mode.h"
#include "lamina/train/batch_feed.h"
#include "lamina/train/trainer.h"

namespace lamina::train {

struct Trainer::Resume {
  io::Json feed;                  // how far its data were
  io::Json callbacks;             // the states of the callbacks, in their order
  nn::StateDict callback_arrays;  // "<place>.<name>"
};

// The callbacks of a fit; they know their trainer while it runs.
class Trainer::Callbacks {
 public:
  Callbacks(Trainer& trainer, std::vector<AnyCallback> list) : list_(std::move(list)) {
    for (const AnyCallback& callback : list_) callback->set_trainer(&trainer);
  }
  ~Callbacks() {
    for (const AnyCallback& callback : list_) callback->set_trainer(nullptr);
  }
  Callbacks(const Callbacks&) = delete;
  template <class F>
  void each(F&& call) const {
    for (const AnyCallback& callback : list_) call(*callback.operator->());
  }
  io::Json states() const {
    io::Json states{io::Json::Array{}};
    each([&](Callback& callback) { states.push_back(callback.state()); });
    return states;
  }
  void load_states(const io::Json& states) const {
    if (!states.is_array() || states.as_array().size() != list_.size()) return;
    size_t next = 0;
    each([&](Callback& callback) {
      const io::Json& state = states.as_array()[next++];
      if (!state.is_null()) callback.load_state(state);
    });
  }
  nn::StateDict arrays() const {
    nn::StateDict all;
    size_t place = 0;
    each([&](Callback& callback) {
      for (auto& [name, value] : callback.arrays()) all.emplace_back(text(place, ".", name), value);
      ++place;
    });
    return all;
  }
  void load_arrays(const nn::StateDict& all) const {
    size_t place = 0;
    each([&](Callback& callback) {
      const std::string prefix = text(place++, ".");
      nn::StateDict own;
      for (const auto& [name, value] : all) {
        if (name.starts_with(prefix)) own.emplace_back(name.substr(prefix.size()), value);
      }
      if (!own.empty()) callback.load_arrays(own);
    });
  }

 private:
  std::vector<AnyCallback> list_;
};

// The deterministic mode while a call of a trainer that asks for it runs.
class DeterministicCall {
 public:
  explicit DeterministicCall(bool on) : before_(is_deterministic()) {
    if (on) set_deterministic(true);
  }
  ~DeterministicCall() { set_deterministic(before_); }
  DeterministicCall(const DeterministicCall&) = delete;

 private:
  bool before_;
};

using nn::EvaluationMode;

}  // namespace lamina::train
