// What somebody who mistyped a name may have meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lamina {

// The name that takes the fewest changes of a letter, swaps of neighbours included; empty when all are far.
std::string nearest(std::string_view typed, std::span<const std::string> names);

// "; did you mean 'accuracy'?", to end a message with; empty when all are far.
std::string did_you_mean(std::string_view typed, std::span<const std::string> names);

}  // namespace lamina
