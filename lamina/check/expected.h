// What a call must give, worked out in the plainest way: element-wise ops by their formula on
// doubles, reductions by a loop, others by their own reference in double, composites by what they
// decompose into.
#pragma once

#include <vector>

#include "lamina/check/cases.h"

namespace lamina::check {

struct Expected {
  Block value;                // float64 where the op's result is floating
  std::vector<double> slack;  // see difference(): what rounding each step of a formula does
};

// One entry per output. Throws what the op's checks throw.
std::vector<Expected> expected_results(const Case& c, const std::vector<Block>& inputs);

}  // namespace lamina::check
