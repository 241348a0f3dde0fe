// As many random numbers as one element needs: block k of element i is the Philox block numbered
// i + 2^40 k of the draw, so that elements, and draws, never share a block.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include "lamina/ops/philox.h"
#include "lamina/ops/random.h"

namespace lamina {

class RandomStream {
 public:
  static constexpr int kElementBits = 40;
  static constexpr int64_t kMostElements = int64_t{1} << kElementBits;

  RandomStream(Generator::State draw, int64_t element)
      : draw_(draw), block_(static_cast<uint64_t>(element)) {}

  // In (0, 1): a multiple of 2^-53 plus 2^-54, so that neither end is drawn.
  double uniform() {
    const uint64_t low = word(), high = word();
    return (static_cast<double>((high << 32 | low) >> 11) + 0.5) * 0x1p-53;
  }

  double exponential() { return -std::log(uniform()); }

  double normal() {  // Box and Muller 1958; the sine is not used
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  uint64_t word() {
    if (next_ == 4) {
      words_[0][0] = static_cast<uint32_t>(block_);
      words_[1][0] = static_cast<uint32_t>(block_ >> 32);
      words_[2][0] = static_cast<uint32_t>(draw_.counter);
      words_[3][0] = static_cast<uint32_t>(draw_.counter >> 32);
      philox::encrypt(words_,
                      {static_cast<uint32_t>(draw_.seed), static_cast<uint32_t>(draw_.seed >> 32)});
      block_ += uint64_t{1} << kElementBits;
      next_ = 0;
    }
    return words_[next_++][0];
  }

  Generator::State draw_;
  uint64_t block_;
  uint32_t words_[4][1] = {};
  int next_ = 4;
};

}  // namespace lamina
