// Bits of integers. Arguments broadcast and are promoted; the operators & | ^ ~ << >> are these
// functions. The first four take bool too, where they are and, or, exclusive or, not.
#pragma once

#include "lamina/core/array.h"

namespace lamina {

Array bitwise_and(Array x, Array y);
Array bitwise_or(Array x, Array y);
Array bitwise_xor(Array x, Array y);
Array bitwise_invert(Array x);
Array bitwise_left_shift(Array x, Array count);   // x 2^count; bits beyond the width are lost
Array bitwise_right_shift(Array x, Array count);  // x / 2^count, rounded to minus infinity

}  // namespace lamina
