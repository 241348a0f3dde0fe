// Sequences of several lengths in one batch.
#pragma once

#include "lamina/core/array.h"

namespace lamina::nn {

// [time, batch, 1]: whether a step belongs to its sequence. Lengths [batch] must be 1 to `time`:
// ShapeError, DTypeError, ValueError.
Array mask_of_lengths(const Array& lengths, int64_t time, int64_t batch);

}  // namespace lamina::nn
