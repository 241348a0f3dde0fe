// For the gradient of prod.
#pragma once

#include "lamina/core/array.h"

namespace lamina {

// Of each row of x [rows, length]: the product of all elements but the one that stands there.
Array product_of_others(Array x);

}  // namespace lamina
