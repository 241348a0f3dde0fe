// Internal: changes of the colours of whole pictures, as Pillow's ImageEnhance and ImageOps make them.
#pragma once

#include "lamina/io/picture.h"

namespace lamina::data {

void adjust_brightness(io::Picture& picture, double factor);  // 0 black, 1 as it is
void adjust_contrast(io::Picture& picture, double factor);    // 0 the mean grey
void adjust_saturation(io::Picture& picture, double factor);  // 0 its own grey
void adjust_sharpness(io::Picture& picture, double factor);   // 0 smoothed
void adjust_hue(io::Picture& picture, double turn);           // -0.5 .. 0.5
void posterize(io::Picture& picture, int bits);
void solarize(io::Picture& picture, int threshold);  // inverts what is not below
void autocontrast(io::Picture& picture);
void equalize(io::Picture& picture);

}  // namespace lamina::data
