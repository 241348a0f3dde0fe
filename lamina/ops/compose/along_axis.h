// Weighted sums along one axis whose places and weights are known when the call is recorded.
#pragma once

#include <string_view>
#include <vector>

#include "lamina/core/array.h"

namespace lamina {

// For every position of the result, `taps` pairs of a place and a weight; unused ones have place
// -1, which counts for nothing.
struct TapWeights {
  TapWeights(int64_t positions, int64_t taps);
  // Adds a pair to a position; places that stand there already are summed up.
  void add(int64_t position, int64_t place, double weight);
  int64_t positions, taps;
  std::vector<int64_t> places;
  std::vector<double> weights;
};

// Throws when an axis gets more positions than a list of places should hold; `what` names the op.
void check_positions(std::string_view what, int64_t positions);

// x [.., size, ..] -> [.., positions, ..].
Array take_weighted(Array x, int axis, const TapWeights& weights);

}  // namespace lamina
