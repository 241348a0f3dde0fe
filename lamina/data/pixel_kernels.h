// Internal: the inner loops over pixels, for the vectors of this processor.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lamina::data {

// out[i] = sum over k of weights[k] * rows[k * stride + i], for i < size.
void weighted_rows(const uint8_t* rows, size_t stride, const float* weights, size_t count,
                   size_t size, float* out);

// One row of pixels: out[x] = sum over k of weights[x * taps + k] * in[starts[x] + k], for each of
// the channels, rounded. `in` may be read up to 4 elements past its end.
void weighted_columns(const float* in, size_t channels, const int32_t* starts, const float* weights,
                      const int32_t* counts, size_t taps, size_t width, uint8_t* out);

// Pixels [count, channels] as planes [channels, count]: out = pixel * scale[c] + shift[c].
void planes_from_pixels(const uint8_t* pixels, size_t count, size_t channels, const float* scale,
                        const float* shift, float* out);

}  // namespace lamina::data
