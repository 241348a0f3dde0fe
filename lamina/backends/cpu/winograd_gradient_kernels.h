// The three steps of the gradient of a 3x3 weight by Winograd's minimal filtering: the transpose of
// F(4x4, 3x3) as a map of the weight. winograd_weight_gradient.cpp puts them together.
//
// A tile of x and the 4x4 cotangents of its results become 36 numbers for each channel and each output;
// at each position their outer products are summed over the tiles, [channels, outputs]. 36 sums
// become the gradients of 9 weights.
#pragma once

#include "lamina/backends/cpu/winograd_kernels.h"

namespace lamina::cpu {

inline constexpr int64_t kGradientChannels = 16;  // of x that lie together
inline constexpr int64_t kGradientPanel = 32;     // outputs whose numbers lie together

// One block of tiles, transformed, and sums over blocks. All begin at a cache line.
struct WinogradGradientBlock {
  int64_t first, last;  // tiles
  // Position p, channel c, tile t: v[p * v_step + (c / 16 * most_tiles + t) * 16 + c % 16].
  float* v;
  // .. and output o: w[p * w_step + (o / 32 * most_tiles + t) * 32 + o % 32].
  float* w;
  int64_t most_tiles;
  // [36][panels of 32 outputs][channels][32]
  float* sums;

  static int64_t panels(const WinogradShape& s) {
    return (s.outputs + kGradientPanel - 1) / kGradientPanel;
  }
  // One cache line more than the numbers, since powers of two would put all positions of a tile into
  // one set of the cache.
  int64_t v_step(const WinogradShape& s) const { return most_tiles * s.channels + kWinogradLanes; }
  int64_t w_step(const WinogradShape& s) const {
    return most_tiles * panels(s) * kGradientPanel + kWinogradLanes;
  }
  static int64_t sums_step(const WinogradShape& s) {
    return panels(s) * s.channels * kGradientPanel;
  }
};

struct WinogradGradientKernels {
  // Tiles first .. last, which are some of the block's, of x and of the results' cotangents y.
  void (*transform)(const WinogradShape& shape, const WinogradGradientBlock& block, const float* x,
                    const float* y, int64_t first, int64_t last);
  // sums = or += of the block's tiles, for some pairs of position and panel: their numbers are
  // position * panels + panel.
  void (*multiply)(const WinogradShape& shape, const WinogradGradientBlock& block, int64_t first,
                   int64_t last, bool add);
  // The gradients of outputs first .. last, multiples of 16, from `shares` arrays of sums, which lie
  // `share_step` apart. Steps are those of WinogradWeight.
  void (*result)(const WinogradShape& shape, const float* sums, int64_t shares, int64_t share_step,
                 int64_t first, int64_t last, float* gradient, const int64_t* steps);
};
const WinogradGradientKernels& winograd_gradient_kernels();

}  // namespace lamina::cpu
