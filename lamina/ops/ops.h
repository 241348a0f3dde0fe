// The functions of arrays, by family. This header is their index; library code includes the families.
#pragma once

#include "lamina/ops/activations.h"     // mish, hardswish, glu
#include "lamina/ops/adaptive.h"        // adaptive, global and fractional pooling
#include "lamina/ops/assembling.h"      // hstack, tril_indices, logspace, hamming
#include "lamina/ops/attention.h"
#include "lamina/ops/binning.h"         // histogram, bincount, interp
#include "lamina/ops/bitwise.h"
#include "lamina/ops/contraction.h"     // einsum, outer, kron, trace, diag
#include "lamina/ops/convolution.h"
#include "lamina/ops/creation.h"        // array, zeros, arange
#include "lamina/ops/ctc.h"
#include "lamina/ops/cumulative.h"      // cumulative_sum, diff
#include "lamina/ops/data_types.h"      // can_cast, finfo
#include "lamina/ops/distance.h"        // normalize, cosine_similarity, cdist
#include "lamina/ops/distributions.h"   // random_gamma, random_poisson
#include "lamina/ops/dropout.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/embedding.h"
#include "lamina/ops/fold.h"
#include "lamina/ops/indexing.h"        // take, take_along_axis
#include "lamina/ops/linear.h"          // matmul
#include "lamina/ops/movement.h"        // reshape, transpose, concatenate
#include "lamina/ops/normalization.h"   // layer_norm, group_norm
#include "lamina/ops/numerical.h"       // gradient, trapezoid, cov, convolve
#include "lamina/ops/pooling.h"
#include "lamina/ops/quantize.h"
#include "lamina/ops/quantized.h"       // products of 8-bit integers
#include "lamina/ops/random.h"          // seed, random_normal
#include "lamina/ops/reduction.h"
#include "lamina/ops/resize.h"          // interpolate, grid_sample, pixel_shuffle
#include "lamina/ops/running.h"         // cummax, cummin, logcumsumexp
#include "lamina/ops/scatter.h"         // put_along_axis, scatter, segment_sum
#include "lamina/ops/searching.h"       // nonzero
#include "lamina/ops/sets.h"            // unique_values
#include "lamina/ops/softmax.h"
#include "lamina/ops/sorting.h"
#include "lamina/ops/special.h"         // lgamma, gcd, isclose
#include "lamina/ops/statistics.h"      // quantile, median, nanmean
