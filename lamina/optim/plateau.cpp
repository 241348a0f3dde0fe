#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/optim/limits.h"
#include "lamina/optim/optimizer.h"
#include "lamina/optim/schedules.h"

namespace lamina::optim {

ReduceOnPlateau::ReduceOnPlateau(Optimizer& optimizer, PlateauOptions options)
    : optimizer_(&optimizer), options_(options) {
  check_number("ReduceOnPlateau", "factor", options_.factor, 0, 1);
  check_number("ReduceOnPlateau", "min_lr", options_.min_lr, 0);
  check_number("ReduceOnPlateau", "patience", static_cast<double>(options_.patience), 0);
  check_number("ReduceOnPlateau", "cooldown", static_cast<double>(options_.cooldown), 0);
}

bool ReduceOnPlateau::step(double value) {
  const double gain = options_.maximize ? value - state_.best : state_.best - value;
  const bool better = value == value && (!state_.any || gain > options_.min_delta);
  if (better) {
    state_.best = value;
    state_.any = true;
    state_.waited = 0;
  }
  if (state_.cooling > 0) {
    --state_.cooling;
    state_.waited = 0;
    return false;
  }
  if (better || ++state_.waited <= options_.patience) return false;
  state_.waited = 0;
  state_.cooling = options_.cooldown;
  const double before = optimizer_->lr();
  const double after = std::max(before * options_.factor, options_.min_lr);
  if (!(after < before)) return false;
  optimizer_->set_lr(after);
  return true;
}

}  // namespace lamina::optim
