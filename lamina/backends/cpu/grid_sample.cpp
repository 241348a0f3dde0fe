// grid_sample of images, bilinear and nearest: the pixels and weights of a block of points are found
// once for all channels. In arrays, as what it decomposes into has them, they are larger than the
// image.
#include <algorithm>
#include <cmath>

#include "lamina/backends/cpu/take_points.h"
#include "lamina/base/parallel_for.h"
#include "lamina/ops/grid_sample_rule.h"

namespace lamina::backend {

namespace {

constexpr int64_t kPointsTogether = 256;
constexpr int64_t kTermsPerThread = 16 * 1024;

// One axis of the image.
template <class T>
struct Axis {
  int64_t size;
  bool nearest, align_corners;
  Outside outside;

  struct Taps {
    int64_t place[2];  // -1: outside
    T weight[2];
  };

  // -1 .. 1 in pixels; NaN stays NaN.
  T pixel(T at) const {
    const T n = static_cast<T>(size);
    at = align_corners ? (at + 1) * ((n - 1) / 2) : ((at + 1) * n - 1) * T(0.5);
    if (outside == Outside::Zeros) return at;
    if (outside == Outside::Reflection) at = reflected(at);
    return at < 0 ? T(0) : at > n - 1 ? n - 1 : at;
  }
  T reflected(T at) const {
    const T low = align_corners ? T(0) : T(-0.5);
    const T span = static_cast<T>(align_corners ? size - 1 : size);
    if (span == 0) return at * 0;
    const T distance = std::abs(at - low), flips = std::floor(distance / span);
    const T rest = distance - flips * span;
    return (std::fmod(flips, T(2)) == 0 ? rest : span - rest) + low;
  }

  Taps taps(T coordinate) const {
    const T at = pixel(coordinate);
    if (!(at > -2 && at < static_cast<T>(size) + 1)) return {{-1, -1}, {0, 0}};  // NaN as well
    if (nearest) return {{inside(static_cast<int64_t>(std::nearbyint(at))), -1}, {1, 0}};
    int64_t low = static_cast<int64_t>(at);  // towards 0
    low -= at < static_cast<T>(low);
    const T share = at - static_cast<T>(low);
    return {{inside(low), inside(low + 1)}, {1 - share, share}};
  }
  int64_t inside(int64_t place) const {
    return static_cast<uint64_t>(place) < static_cast<uint64_t>(size) ? place : -1;
  }
};

template <class T>
class GridSample final : public Kernel {
 public:
  GridSample(const GridSampleAttributes& a, const Shape& x, const Shape& grid)
      : batch_(x[0]),
        channels_(x[1]),
        points_(grid[1] * grid[2]),
        taps_(a.mode == 0 ? 4 : 1),
        rows_(axis(a, x[2])),
        columns_(axis(a, x[3])) {}

  void run(std::byte* const* operands, RunContext&) const override {
    const T* x = reinterpret_cast<const T*>(operands[0]);
    const T* grid = reinterpret_cast<const T*>(operands[1]);
    T* y = reinterpret_cast<T*>(operands[2]);
    const int64_t blocks = (points_ + kPointsTogether - 1) / kPointsTogether;
    const int64_t terms = kPointsTogether * taps_ * (channels_ + 4),
                  size = rows_.size * columns_.size;
    parallel_for(0, batch_ * blocks, std::max<int64_t>(1, kTermsPerThread / terms),
                 [&](int64_t first, int64_t last) {
                   cpu::Taps::Block<T> block;
                   for (int64_t item = first; item < last; ++item) {
                     const int64_t b = item / blocks, p = item % blocks * kPointsTogether;
                     const int64_t n = std::min(kPointsTogether, points_ - p);
                     const T* points = grid + (b * points_ + p) * 2;
                     taps_ == 4 ? find_taps<2>(points, n, block) : find_taps<1>(points, n, block);
                     for (int64_t c = b * channels_; c < (b + 1) * channels_; ++c) {
                       cpu::take_points(x + c * size, size, y + c * points_ + p, n, taps_, block);
                     }
                   }
                 });
  }

 private:
  static Axis<T> axis(const GridSampleAttributes& a, int64_t size) {
    return {size, a.mode == 1, a.align_corners, static_cast<Outside>(a.padding)};
  }

  // Points are x, y: column, row. kEach: taps of each.
  template <int64_t kEach>
  void find_taps(const T* points, int64_t n, cpu::Taps::Block<T>& block) const {
    block.places.resize(static_cast<size_t>(n * taps_));
    block.weights.resize(static_cast<size_t>(n * taps_));
    int64_t* place = block.places.data();
    T* weight = block.weights.data();
    int64_t least = 0;
    for (int64_t p = 0; p < n; ++p, points += 2) {
      const auto column = columns_.taps(points[0]), row = rows_.taps(points[1]);
      for (int64_t i = 0; i < kEach; ++i) {
        for (int64_t k = 0; k < kEach; ++k) {
          const bool inside = row.place[i] >= 0 && column.place[k] >= 0;
          *place = inside ? row.place[i] * columns_.size + column.place[k] : -1;
          least = std::min(least, *place++);
          *weight++ = row.weight[i] * column.weight[k];
        }
      }
    }
    block.skips = least < 0;
  }

  int64_t batch_, channels_, points_, taps_;
  Axis<T> rows_, columns_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  const auto& a = *static_cast<const GridSampleAttributes*>(request.attributes);
  Operand &x = request.inputs[0], &grid = request.inputs[1];
  const bool floats = x.dtype == DType::Float32 || x.dtype == DType::Float64;
  if (x.shape.rank() != 4 || a.mode > 1 || !floats || grid.dtype != x.dtype) {
    request.refusal = "not images and points of float32 or float64, bilinear or nearest";
    return nullptr;
  }
  for (Operand& input : request.inputs) input.strides = row_major_strides(input.shape);
  if (x.dtype == DType::Float64)
    return std::make_unique<GridSample<double>>(a, x.shape, grid.shape);
  return std::make_unique<GridSample<float>>(a, x.shape, grid.shape);
}

}  // namespace

LAMINA_KERNEL(grid_sample)
= {"grid_sample", "cpu.grid_sample", 10, rule};

}  // namespace lamina::backend
