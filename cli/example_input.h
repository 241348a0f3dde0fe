#pragma once

#include "lamina/core/array.h"
#include "lamina/train/model_file.h"

namespace cli {

// Zeros that a saved model takes, of `batch` examples where their number is free.
lamina::Array example_input(const lamina::InputSpec& input, int64_t batch);

}  // namespace cli
