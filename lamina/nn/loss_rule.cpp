#include "lamina/nn/loss_rule.h"

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"

namespace lamina::nn {

Array reduced(std::string_view loss, Array losses, LossReduction reduction) {
  switch (reduction) {
    case LossReduction::Mean:
      return mean(std::move(losses));
    case LossReduction::Sum:
      return sum(std::move(losses));
    case LossReduction::None:
      return losses;
    case LossReduction::BatchMean:
      break;
  }
  throw ValueError(text(loss, ": the reduction is 'mean', 'sum' or 'none'"))
      .help("'batchmean' is kl_div's");
}

Array weighted_mean(Array losses, Array shares) {
  return sum(std::move(losses)) / sum(std::move(shares));
}

void check_same_shapes(std::string_view loss, std::initializer_list<LossArgument> arguments) {
  const LossArgument& first = *arguments.begin();
  for (const LossArgument& a : arguments) {
    if (!a.array) throw StateError(text(loss, ": ", a.name, " is an empty Array"));
    if (a.array.shape() == first.array.shape()) continue;
    throw ShapeError(text(loss, ": ", first.name, " and ", a.name, " must have one shape"))
        .detail(first.name, describe(first.array))
        .detail(a.name, describe(a.array))
        .help("reshape one of them; losses do not broadcast");
  }
}

void check_same(std::string_view loss, const Array& predictions, const Array& targets) {
  check_same_shapes(loss, {{"predictions", predictions}, {"targets", targets}});
}

void check_number(std::string_view loss, const char* name, double value, double low) {
  if (value >= low && !std::isnan(value)) return;
  if (std::isinf(low)) throw ValueError(text(loss, ": ", name, " must be a number, got ", value));
  throw ValueError(text(loss, ": ", name, " must be ", low, " or more, got ", value));
}

Array as_floating(Array x) { return is_floating(x.dtype()) ? x : astype(std::move(x), float32); }

Array xlogy(Array x, Array y) {
  Array none = x == 0.0;
  return where(none, 0.0, std::move(x) * log(where(none, 1.0, std::move(y))));
}

Array bounded_log(Array x) {
  Array none = x == 0.0;
  return where(none, -100.0, maximum(log(where(none, 1.0, std::move(x))), -100.0));
}

}  // namespace lamina::nn
