// Norms of any degree along an axis.
#pragma once

#include <string_view>

#include "lamina/core/array.h"
#include "lamina/op/reduction.h"

namespace lamina {

// p may be 0 and infinite, not negative and not NaN (ValueError names the function).
Array p_norm(Array x, double p, ReduceOptions options, std::string_view function);

// sqrt(x) whose derivative at 0 is taken as 0, where it has none.
Array safe_sqrt(Array x);

}  // namespace lamina
