// Draws from distributions beside the uniform and the normal one (random.h). Parameters broadcast
// to the shape. What has a formula of uniform or normal draws is made of them, and has gradients by
// its parameters; the others are ops that reject and draw again, element by element, from streams
// of their own, so that results depend on (seed, counter, element) alone.
#pragma once

#include "lamina/core/array.h"
#include "lamina/ops/random.h"

namespace lamina {

// Continuous: of a floating-point dtype.
Array random_exponential(IntList shape, Array scale = 1.0, DType dtype = float32,
                         Generator& generator = default_generator());
Array random_laplace(IntList shape, Array location = 0.0, Array scale = 1.0, DType dtype = float32,
                     Generator& generator = default_generator());
Array random_gumbel(IntList shape, Array location = 0.0, Array scale = 1.0, DType dtype = float32,
                    Generator& generator = default_generator());
Array random_logistic(IntList shape, Array location = 0.0, Array scale = 1.0, DType dtype = float32,
                      Generator& generator = default_generator());
Array random_cauchy(IntList shape, Array location = 0.0, Array scale = 1.0, DType dtype = float32,
                    Generator& generator = default_generator());
// e^x of a normal x with this mean and deviation.
Array random_lognormal(IntList shape, Array mean = 0.0, Array deviation = 1.0,
                       DType dtype = float32, Generator& generator = default_generator());
// Normal, but between low and high, which count in deviations from the mean.
Array random_truncated_normal(IntList shape, Array low = -2.0, Array high = 2.0, Array mean = 0.0,
                              Array deviation = 1.0, DType dtype = float32,
                              Generator& generator = default_generator());
Array random_gamma(IntList shape, Array concentration, Array scale = 1.0, DType dtype = float32,
                   Generator& generator = default_generator());
Array random_beta(IntList shape, Array a, Array b, DType dtype = float32,
                  Generator& generator = default_generator());
// [.., K] for concentration [.., K]: shape stands before the last axis.
Array random_dirichlet(IntList shape, Array concentration, DType dtype = float32,
                       Generator& generator = default_generator());
Array random_chi_square(IntList shape, Array degrees, DType dtype = float32,
                        Generator& generator = default_generator());
Array random_student_t(IntList shape, Array degrees, DType dtype = float32,
                       Generator& generator = default_generator());

// Counts: int64 if not asked otherwise.
Array random_poisson(IntList shape, Array rate = 1.0, DType dtype = int64,
                     Generator& generator = default_generator());
Array random_binomial(IntList shape, Array count, Array probability, DType dtype = int64,
                      Generator& generator = default_generator());
// Trials up to and with the first success: 1, 2, ..
Array random_geometric(IntList shape, Array probability, DType dtype = int64,
                       Generator& generator = default_generator());

// Class numbers, int64, from logits [.., K] (any log-probabilities): shape + the axes before the
// last.
Array random_categorical(Array logits, IntList shape = {},
                         Generator& generator = default_generator());

// `count` class numbers for each row of probabilities [.., K], which need not add up to 1: [..,
// count]. Without replacement no number stands twice in a row.
struct MultinomialOptions {
  bool replacement = false;
};
Array random_multinomial(Array probabilities, int64_t count, MultinomialOptions options = {},
                         Generator& generator = default_generator());

// x with its entries along the axis in random order.
Array shuffle(Array x, int axis = 0, Generator& generator = default_generator());

}  // namespace lamina
