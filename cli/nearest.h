// What somebody who mistyped a name may have meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cli {

// The name that takes the fewest changes of a letter, swaps of neighbours included; empty when all are far.
std::string nearest(std::string_view typed, std::span<const std::string> names);

}  // namespace cli
