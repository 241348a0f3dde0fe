#include "lamina/data/permutation.h"

#include <cstddef>
#include <numeric>
#include <utility>

#include "lamina/data/random_choices.h"

namespace lamina::data {
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
