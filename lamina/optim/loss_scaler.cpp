#include "lamina/optim/loss_scaler.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"

namespace lamina::optim {
namespace {

// Under it even the largest number that float16 has would be lost: no gradient is that large.
constexpr double kLeastScale = 0x1p-40;

void check(bool fits, const char* option, const char* expected, double got) {
  if (!fits) throw ValueError(text("LossScaler: expected ", option, " ", expected, ", got ", got));
}

}  // namespace

LossScaler::LossScaler(LossScalerOptions options) : options_(options), scale_(options.scale) {
  check(std::isfinite(scale_) && scale_ >= kLeastScale, "scale", "over 0 and finite", scale_);
  const double growth = options.growth_factor, backoff = options.backoff_factor;
  check(std::isfinite(growth) && growth >= 1, "growth_factor", "of 1 or more", growth);
  check(backoff > 0 && backoff < 1, "backoff_factor", "between 0 and 1", backoff);
  check(options.growth_interval > 0, "growth_interval", "of 1 or more",
        static_cast<double>(options.growth_interval));
}

Array LossScaler::scale(const Array& loss) const { return loss * make_varying(scale_); }

void LossScaler::unscale(Optimizer& optimizer) {
  for (const Unscaled& known : unscaled_) {
    if (known.optimizer == &optimizer)
      throw StateError("LossScaler: unscale was called for this step already");
  }
  NoGrad no_grad;
  Uncut uncut;
  const Array factor = make_varying(1 / scale_);
  Array largest;
  for (const Parameter& parameter : optimizer.parameters()) {
    if (!parameter.grad()) continue;
    const Array gradient = parameter->take_grad();
    Array magnitude = max(abs(gradient));  // NaN where one of them is
    largest = largest ? maximum(std::move(largest), std::move(magnitude)) : std::move(magnitude);
    parameter->set_grad(gradient * factor);
  }
  if (!largest) {
    throw StateError("LossScaler: the optimizer's parameters have no gradients")
        .help("scaler.scale(loss).backward() comes first");
  }
  unscaled_.push_back({&optimizer, isfinite(std::move(largest))});
}

bool LossScaler::step(Optimizer& optimizer, bool keep_grads) {
  const auto of_it = [&](const Unscaled& u) { return u.optimizer == &optimizer; };
  if (std::none_of(unscaled_.begin(), unscaled_.end(), of_it)) unscale(optimizer);
  const auto found = std::find_if(unscaled_.begin(), unscaled_.end(), of_it);
  const Array finite = found->finite;
  unscaled_.erase(found);
  bool made = false;
  try {
    made = optimizer.step_if(finite, keep_grads);
  } catch (...) {
    drop_gradients(optimizer);  // divided already: a second call must not take them for scaled ones
    throw;
  }
  overflowed_ = overflowed_ || !made;
  skipped_ += made ? 0 : 1;
  return made;
}

void LossScaler::drop_gradients(Optimizer& optimizer) {
  optimizer.zero_grad();
  std::erase_if(unscaled_, [&](const Unscaled& u) { return u.optimizer == &optimizer; });
}

void LossScaler::update() {
  unscaled_.clear();  // of steps that nobody made
  if (!overflowed_) {
    if (++good_ < options_.growth_interval) return;
    scale_ = std::min(scale_ * options_.growth_factor, 0x1p126);
    good_ = 0;
    return;
  }
  overflowed_ = false;
  good_ = 0;
  if (scale_ * options_.backoff_factor < kLeastScale) {
    throw ValueError("LossScaler: gradients are not finite, whatever the scale")
        .detail("scale", text(scale_))
        .detail("skipped steps", text(skipped_))
        .help("look for NaN or infinity in the data, the loss or the learning rate");
  }
  scale_ *= options_.backoff_factor;
}

StateDict LossScaler::state_dict() const {
  return {{"scale", array(scale_, float64)},
          {"good_steps", from_data(&good_, {}, int64)},
          {"skipped_steps", from_data(&skipped_, {}, int64)}};
}

void LossScaler::load_state_dict(const StateDict& state) {
  const std::map<std::string, Array> named(state.begin(), state.end());
  const auto value = [&](const char* name) {
    const auto found = named.find(name);
    if (found == named.end()) throw KeyError(text("LossScaler: the state has no \"", name, "\""));
    return found->second;
  };
  const Array scale = value("scale"), good = value("good_steps"), skipped = value("skipped_steps");
  scale_ = scale.item<double>();
  good_ = good.item<int64_t>();
  skipped_ = skipped.item<int64_t>();
}

}  // namespace lamina::optim
