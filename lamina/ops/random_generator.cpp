#include "lamina/ops/random.h"

namespace lamina {

Generator::State Generator::next() {
  std::lock_guard lock(mutex_);
  State draw = state_;
  ++state_.counter;
  return draw;
}

Generator::State Generator::state() const {
  std::lock_guard lock(mutex_);
  return state_;
}

void Generator::set_state(State state) {
  std::lock_guard lock(mutex_);
  state_ = state;
}

Generator& default_generator() {
  static auto* generator =
      new Generator;  // never destroyed: threads may draw until the process ends
  return *generator;
}

void seed(uint64_t value) { default_generator().set_state({value, 0}); }

}  // namespace lamina
