#include "cli/shifted_digits.h"

#include "lamina/ops/creation.h"

namespace cli {
namespace {

constexpr int kSide = 8, kPixels = kSide * kSide;

void shift(const float* from, int down, int right, float* to) {
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const int v = y - down, u = x - right;
      const bool inside = v >= 0 && v < kSide && u >= 0 && u < kSide;
      to[y * kSide + x] = inside ? from[v * kSide + u] : 0;
    }
  }
}

}  // namespace

ShiftedDigits::ShiftedDigits(lamina::data::ArrayDataset digits, uint64_t seed)
    : digits_(std::move(digits)), pixels_(digits_.x().to_vector<float>()), random_(seed) {}

lamina::data::Batch ShiftedDigits::get(std::span<const int64_t> indices) const {
  std::vector<float> moved(indices.size() * kPixels);
  for (size_t i = 0; i < indices.size(); ++i) {
    int down = 0, right = 0;
    if (random_() % 5 < 3) {  // two of five stay where they are, as in the test
      down = static_cast<int>(random_() % 3) - 1;
      right = static_cast<int>(random_() % 3) - 1;
    }
    shift(&pixels_[static_cast<size_t>(indices[i]) * kPixels], down, right, &moved[i * kPixels]);
  }
  const auto count = static_cast<int64_t>(indices.size());
  return {lamina::from_data(moved.data(), {count, 1, kSide, kSide}, lamina::float32),
          digits_.get(indices).y};
}

}  // namespace cli
