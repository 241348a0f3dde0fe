// Maxima over windows of channels-last arrays, and where they came from. NaN counts as the largest
// value.
#pragma once

#include "lamina/backends/cpu/pooling_shape.h"

namespace lamina::backend {

// Rows first..last of y, of the batch * out[0] * out[1] rows there are.
void max_pool_rows(const PoolingShape& shape, const float* x, float* y, int64_t first,
                   int64_t last);
void max_pool_rows(const PoolingShape& shape, const double* x, double* y, int64_t first,
                   int64_t last);
void max_pool_rows(const PoolingShape& shape, const int8_t* x, int8_t* y, int64_t first,
                   int64_t last);
void max_pool_rows(const PoolingShape& shape, const uint8_t* x, uint8_t* y, int64_t first,
                   int64_t last);

// Channels first..last of batch entry `entry` of the gradient of x; each window gives g to the
// first of its maxima in row-major order.
void max_pool_gradient_channels(const PoolingShape& shape, const float* x, const float* g,
                                float* gx, int64_t entry, int64_t first, int64_t last);
void max_pool_gradient_channels(const PoolingShape& shape, const double* x, const double* g,
                                double* gx, int64_t entry, int64_t first, int64_t last);

}  // namespace lamina::backend
