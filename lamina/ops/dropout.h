// Dropout of whole channels, and dropout that keeps mean and variance; plain `dropout` is in
// random.h. Out of training they give x itself.
#pragma once

#include "lamina/core/array.h"
#include "lamina/ops/random.h"

namespace lamina {

// Sets whole channels of x [N, C, ..] to 0 with probability `rate` and divides the others by 1 -
// rate. x has 2 or 3 axes, 4, or 5.
Array dropout1d(Array x, double rate = 0.5, bool training = true,
                Generator& generator = default_generator());
Array dropout2d(Array x, double rate = 0.5, bool training = true,
                Generator& generator = default_generator());
Array dropout3d(Array x, double rate = 0.5, bool training = true,
                Generator& generator = default_generator());

// For nets of selu: elements take selu's lower limit with probability `rate`, then all are scaled
// and shifted so that mean 0 and variance 1 stay.
Array alpha_dropout(Array x, double rate = 0.5, bool training = true,
                    Generator& generator = default_generator());
// The same for whole channels of x [N, C, ..].
Array feature_alpha_dropout(Array x, double rate = 0.5, bool training = true,
                            Generator& generator = default_generator());

}  // namespace lamina
