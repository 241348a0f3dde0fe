#include "lamina/base/nearest.h"

#include <algorithm>
#include <vector>

namespace lamina {
namespace {

size_t changes(std::string_view a, std::string_view b) {
  // cost[i][j]: from the first i letters of a to the first j of b.
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const size_t replaced = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
      cost[i][j] = std::min({replaced, cost[i - 1][j] + 1, cost[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string nearest(std::string_view typed, std::span<const std::string> names) {
  std::string best;
  size_t fewest = std::max<size_t>(1, typed.size() / 2) + 1;
  for (const std::string& name : names) {
    const size_t count = changes(typed, name);
    if (count < fewest) fewest = count, best = name;
  }
  return best;
}

std::string did_you_mean(std::string_view typed, std::span<const std::string> names) {
  const std::string meant = nearest(typed, names);
  return meant.empty() ? "" : "; did you mean '" + meant + "'?";
}

}  // namespace lamina
