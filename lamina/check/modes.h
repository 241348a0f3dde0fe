// The sweep's tests of one op; sweep() chooses.
#pragma once

#include "lamina/check/sweep.h"

namespace lamina::check {

void sweep_forward(const Op& op, uint32_t seed, SweepReport& report);
void sweep_gradients(const Op& op, uint32_t seed, SweepReport& report);
void sweep_bad_calls(const Op& op, SweepReport& report);

}  // namespace lamina::check
