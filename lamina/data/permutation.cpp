#include "lamina/data/permutation.h"

#include <cstddef>
#include <numeric>
#include <utility>

namespace lamina::data {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): passes the usual test batteries, and 64 bits of state are enough to
// shuffle.
class SplitMix {
 public:
  explicit SplitMix(uint64_t state) : state_(state) {}
  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // Uniform below `limit` without bias: draws of the incomplete last range are thrown away (Lemire 2019).
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

}  // namespace

std::vector<int64_t> ascending(int64_t count) {
  std::vector<int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

std::vector<int64_t> permutation(int64_t count, uint64_t seed, uint64_t epoch) {
  std::vector<int64_t> order = ascending(count);
  // Two rounds, so that (seed, epoch) and (seed + 1, epoch - 1) have nothing in common.
  SplitMix random(SplitMix(seed).next() ^ SplitMix(~epoch).next());
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

}  // namespace lamina::data
