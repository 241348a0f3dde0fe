// What the losses share: reduction over the batch, and checks.
#pragma once

#include <initializer_list>
#include <string_view>

#include "lamina/core/array.h"
#include "lamina/ops/softmax.h"

namespace lamina::nn {

// The mean, the sum or all of them. BatchMean is refused: `loss` is named in the error.
Array reduced(std::string_view loss, Array losses, LossReduction reduction);

// The losses' part in the result: losses / count of mean, where each entry weighs `shares`.
Array weighted_mean(Array losses, Array shares);

// Broadcasting [N, 1] against [N] would silently compare everything with everything.
void check_same(std::string_view loss, const Array& predictions, const Array& targets);

struct LossArgument {
  const char* name;
  const Array& array;
};
void check_same_shapes(std::string_view loss, std::initializer_list<LossArgument> arguments);

// A host number that must not be NaN and not below `low`.
void check_number(std::string_view loss, const char* name, double value, double low);

// x as floating-point numbers: integers become float32.
Array as_floating(Array x);

// x log(y), 0 where x is 0 even if y is too.
Array xlogy(Array x, Array y);

// log(x), but -100 where x is 0, as torch's binary cross entropy has it; NaN below 0.
Array bounded_log(Array x);

}  // namespace lamina::nn
