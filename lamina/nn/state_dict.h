// State: named values in a fixed order, as modules and optimizers give and take it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lamina/core/array.h"

namespace lamina::nn {

using StateDict = std::vector<std::pair<std::string, Array>>;

const Array* find(const StateDict& state, std::string_view name);  // null when there is none

// The same value under a handle of its own: training that starts from it leaves the original alone.
// Computes the value if it is pending; the memory is shared until one of the two changes.
Array detached(const Array& value);

}  // namespace lamina::nn
