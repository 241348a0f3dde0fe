// The sweep's tests of one op; sweep() chooses.
#pragma once

#include "lamina/check/expected.h"
#include "lamina/check/sweep.h"

namespace lamina::check {

void sweep_forward(const Op& op, uint32_t seed, Extent extent, SweepReport& report);
void sweep_gradients(const Op& op, uint32_t seed, Extent extent, SweepReport& report);
// The first difference of outputs from what they must be, or nothing; evaluates them.
std::string difference_from(const std::vector<Expected>& expected, const Case& c,
                            const std::vector<Array>& outputs, int64_t& comparisons);

void sweep_bad_calls(const Op& op, SweepReport& report);

}  // namespace lamina::check
