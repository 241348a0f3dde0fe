// What scan, cond and while_loop ask of the functions they are given.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lamina/core/array.h"

namespace lamina {

// The array; a number with a type of its own. StateError, begun by `what`, for an empty Array.
Array settled(Array array, std::string_view what);

// Brings what a step gave as its next carries to the types of the first ones, where they are
// numbers; throws, begun by `name`, unless there are as many, of the same shapes and types.
void check_carries(std::string_view name, const std::vector<Array>& first,
                   std::vector<Array>& next);

}  // namespace lamina
