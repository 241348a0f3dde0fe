// The training images, most of them moved a little each time they are seen: a digit that stands one pixel
// further left is the same digit, and a network that has seen that errs half as often.
#pragma once

#include <random>
#include <vector>

#include "lamina/data/array_dataset.h"

namespace cli {

class ShiftedDigits : public lamina::data::Dataset {
 public:
  // x float32 [N, 1, 8, 8]. The same seed moves the same images.
  ShiftedDigits(lamina::data::ArrayDataset digits, uint64_t seed);
  int64_t size() const override { return digits_.size(); }
  lamina::data::Batch get(std::span<const int64_t> indices) const override;

 private:
  lamina::data::ArrayDataset digits_;
  std::vector<float> pixels_;
  mutable std::mt19937_64 random_;
};

}  // namespace cli
