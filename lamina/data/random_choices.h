// Random numbers for the order of examples and for augmenting them. They follow from a few integers
// alone: a run can be repeated, and resumed in the middle of an epoch, on any number of threads,
// without keeping the state of a generator.
//
//   RandomChoices random(seed, epoch, example);
//   random.uniform(0.8, 1.2); random.chance(0.5); random.below(10);
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace lamina::data {

// SplitMix64 (Steele, Lea, Flood 2014): passes the usual test batteries, and 64 bits of state are
// enough to shuffle.
class SplitMix {
 public:
  explicit SplitMix(uint64_t state) : state_(state) {}
  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // Uniform below `limit` without bias: draws of the incomplete last range are thrown away (Lemire
  // 2019).
  uint64_t below(uint64_t limit) {
    const uint64_t threshold = (0 - limit) % limit;
    for (;;) {
      const auto product = static_cast<unsigned __int128>(next()) * limit;
      if (static_cast<uint64_t>(product) >= threshold) return static_cast<uint64_t>(product >> 64);
    }
  }

 private:
  uint64_t state_;
};

class RandomChoices {
 public:
  RandomChoices(uint64_t seed, uint64_t epoch, uint64_t example)
      : bits_(SplitMix(SplitMix(seed).next() ^ SplitMix(~epoch).next()).next() ^
              SplitMix(example * 0xd1342543de82ef95u + 1).next()) {}

  double uniform() { return static_cast<double>(bits_.next() >> 11) * 0x1p-53; }  // in [0, 1)
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  bool chance(double probability) { return uniform() < probability; }
  int64_t below(int64_t limit) {
    return static_cast<int64_t>(bits_.below(static_cast<uint64_t>(limit)));
  }
  double normal() {  // Box and Muller 1958; 1 - u is never 0
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  SplitMix bits_;
};

}  // namespace lamina::data
