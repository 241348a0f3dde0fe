// Norms of vectors, and distances between them. `p` is the norm's degree: 2 is Euclid's, 1 the sum
// of absolute values, 0 counts what is not 0, infinity takes the largest. Gradients at a distance
// of 0 are 0.
#pragma once

#include "lamina/core/array.h"

namespace lamina {

// x divided by its norm along the axis, or by epsilon where that is larger.
struct NormalizeOptions {
  double p = 2;
  int axis = -1;
  double epsilon = 1e-12;
};
Array normalize(Array x, NormalizeOptions options = {});

// <x, y> / (|x| |y|) along an axis; the norms are taken as epsilon at least.
struct CosineSimilarityOptions {
  int axis = -1;
  double epsilon = 1e-8;
};
Array cosine_similarity(Array x, Array y, CosineSimilarityOptions options = {});

// |x - y + epsilon| along the last axis.
struct PairwiseDistanceOptions {
  double p = 2;
  double epsilon = 1e-6;
  bool keepdims = false;
};
Array pairwise_distance(Array x, Array y, PairwiseDistanceOptions options = {});

// Distances of every row of x [.., P, M] from every row of y [.., R, M]: [.., P, R].
Array cdist(Array x, Array y, double p = 2);

// Their squares for p = 2, without roots.
Array squared_distances(Array x, Array y);

// Distances between the rows of x [N, M], each pair once, in the order of the upper triangle of
// cdist(x, x): [N (N - 1) / 2].
Array pdist(Array x, double p = 2);

}  // namespace lamina
