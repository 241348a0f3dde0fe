// The values from which maxima and minima start.
#pragma once

#include "lamina/core/array.h"

namespace lamina {

// -infinity and infinity, or the least and greatest integer (bool: false, true), of rank 0.
Array least_value(DType dtype);
Array greatest_value(DType dtype);

}  // namespace lamina
