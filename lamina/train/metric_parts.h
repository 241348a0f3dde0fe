// Internal to the metrics' sources.
#pragma once

#include <string>

#include "lamina/core/array.h"

namespace lamina::train {

void check_same_shape(const std::string& name, const Array& prediction, const Array& target);

// The sum over everything but the first axis is divided by the number of examples later: so what
// each example counts is a mean.
Array mean_per_example(Array error, const Array& target);

}  // namespace lamina::train
