// The four steps of a 3x3 convolution by Winograd's minimal filtering F(4x4, 3x3), after Lavin and
// Gray, "Fast Algorithms for Convolutional Neural Networks" (2016): 4x4 results cost 36
// multiplications instead of 144. winograd.cpp puts them together.
//
// Activations lie channels-last. A tile of 6x6 inputs becomes 36 numbers for each channel; those of
// one position, [tiles, channels], are multiplied by the position's weights, [channels, outputs].
#pragma once

#include <cstdint>
#include <span>

#include "lamina/backends/cpu/applied_steps.h"

namespace lamina::cpu {

inline constexpr int64_t kWinogradPositions = 36;
inline constexpr int64_t kWinogradTile = 4;    // results of a tile along an axis
inline constexpr int64_t kWinogradPanel = 64;  // outputs whose weights lie together
inline constexpr int64_t kWinogradLanes = 16;  // channels and outputs are multiples of it

struct WinogradShape {
  int64_t batch, height, width, channels;  // of x
  int64_t out_height, out_width, outputs;  // of y
  int64_t top, left;                       // padding

  int64_t tile_rows() const { return (out_height + kWinogradTile - 1) / kWinogradTile; }
  int64_t tile_columns() const { return (out_width + kWinogradTile - 1) / kWinogradTile; }
  int64_t tiles() const { return batch * tile_rows() * tile_columns(); }

  struct Place {
    int64_t image, row, column;  // of the tile's first result
  };
  Place place(int64_t tile) const {
    return {tile / tile_columns() / tile_rows(), tile / tile_columns() % tile_rows() * kWinogradTile,
            tile % tile_columns() * kWinogradTile};
  }
};

// A 3x3 weight whose element (output, channel, row, column) is at
// data[output * steps[0] + channel * steps[1] + row * steps[2] + column * steps[3]].
struct WinogradWeight {
  const float* data;
  int64_t steps[4];
};

struct WinogradKernels {
  // Weights of channels first .. last to u: [36][panels of outputs][channels][outputs of a panel].
  void (*weights)(const WinogradShape& shape, const WinogradWeight& weight, int64_t first,
                  int64_t last, float* u);
  // Tiles first .. last to v: position p of tile t begins at v + p * v_step + t * channels, where
  // tile 0 of v is tile `origin`.
  void (*input)(const WinogradShape& shape, const float* x, int64_t first, int64_t last,
                int64_t origin, float* v, int64_t v_step);
  // Sums over the channels for one panel of outputs: m + p * m_step + t * kWinogradPanel.
  void (*multiply)(const WinogradShape& shape, const float* v, int64_t v_step, int64_t tiles,
                   const float* u, int64_t panel, float* m, int64_t m_step);
  // The panel's results of tiles first .. last; the columns of a step are outputs.
  void (*output)(const WinogradShape& shape, const float* m, int64_t m_step, int64_t panel,
                 int64_t first, int64_t last, std::span<const backend::AppliedStep> steps, float* y);
};
const WinogradKernels& winograd_kernels();

}  // namespace lamina::cpu
