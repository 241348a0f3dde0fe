// Internal: mirrors, and rotation about the centre.
#pragma once

#include "lamina/data/resample.h"

namespace lamina::data {

double checked_probability(double p, const char* name);
void flip_columns(io::Picture& picture);  // left and right
void flip_rows(io::Picture& picture);     // top and bottom
io::Picture rotated(const io::Picture& picture, double degrees, Interpolation filter, uint8_t fill);

}  // namespace lamina::data
