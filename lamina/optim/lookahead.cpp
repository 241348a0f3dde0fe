#include "lamina/optim/lookahead.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/optim/limits.h"

namespace lamina::optim {
namespace {

const AnyOptimizer& checked(const AnyOptimizer& inner) {
  if (!inner) throw StateError("Lookahead: there is no optimizer to follow");
  return inner;
}

}  // namespace

// The slow weights' slot comes first, then those of the other optimizer.
Lookahead::Lookahead(AnyOptimizer inner, LookaheadOptions options)
    : Optimizer(Parameters(), rate_of(*checked(inner)), slots_of(*inner)),
      inner_(std::move(inner)),
      options_(options) {
  check_number("Lookahead", "alpha", options_.alpha, 0, 1);
  if (options_.k < 1) {
    throw ValueError(text("Lookahead: expected k to be 1 or more, got ", options_.k));
  }
  take_parameters(*inner_);
}

std::vector<const char*> Lookahead::slots_of(const Optimizer& inner) {
  std::vector<const char*> names = slot_names_of(inner);
  names.insert(names.begin(), "slow");
  return names;
}

Array Lookahead::first_slot(size_t slot, const Array& value) const {
  return slot == 0 ? copied(value, value.dtype()) : first_slot_of(*inner_, slot - 1, value);
}

Array Lookahead::update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) {
  std::vector<Array> own(std::make_move_iterator(slots.begin() + 1),
                         std::make_move_iterator(slots.end()));
  Array fast = update_by(*inner_, std::move(value), std::move(gradient), own, step);
  std::move(own.begin(), own.end(), slots.begin() + 1);
  if (step % options_.k != 0) return fast;
  slots[0] = blended(1 - options_.alpha, std::move(slots[0]), std::move(fast));
  return slots[0];
}

}  // namespace lamina::optim
