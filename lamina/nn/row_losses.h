// Losses by name, of each example alone: what weights of examples multiply.
#pragma once

#include <string_view>

#include "lamina/nn/losses.h"

namespace lamina::nn {

// [N] for predictions and targets of N rows: the mean over what a row has. KeyError as loss_by_name;
// ValueError for losses that are none of single examples.
Loss row_losses_by_name(std::string_view name);

}  // namespace lamina::nn
