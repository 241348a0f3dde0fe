#include "lamina/quantize/thresholds.h"

#include <cmath>
#include <numeric>

namespace lamina::quantization {
namespace {

// Of the distribution p of `bins` entries from one that is constant within each of `levels` groups
// of neighbours, where p is not 0.
double divergence(const std::vector<double>& p, const std::vector<double>& counts, size_t bins,
                  size_t levels) {
  const double total =
      std::accumulate(p.begin(), p.begin() + static_cast<std::ptrdiff_t>(bins), 0.0);
  std::vector<double> q(bins, 0.0);
  double q_total = 0;
  for (size_t level = 0; level < levels; ++level) {
    const size_t first = level * bins / levels, last = (level + 1) * bins / levels;
    double sum = 0;
    size_t filled = 0;
    for (size_t i = first; i < last; ++i) sum += counts[i], filled += p[i] > 0;
    if (filled == 0) continue;
    for (size_t i = first; i < last; ++i) {
      if (p[i] > 0) q[i] = sum / static_cast<double>(filled), q_total += q[i];
    }
  }
  if (total == 0 || q_total == 0) return INFINITY;
  double result = 0;
  constexpr double kLeast = 1e-12;  // where q has nothing although p has
  for (size_t i = 0; i < bins; ++i) {
    if (p[i] > 0)
      result += p[i] / total * std::log(p[i] / total / std::fmax(q[i] / q_total, kLeast));
  }
  return result;
}

}  // namespace

double percentile_threshold(const std::vector<double>& counts, double largest, double percentile) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  double sum = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    sum += counts[i];
    if (sum >= total * percentile / 100)
      return largest * static_cast<double>(i + 1) / static_cast<double>(counts.size());
  }
  return largest;
}

double entropy_threshold(const std::vector<double>& all, double largest, int levels) {
  // Exact zeros, of which activations after relu have many, are represented by every range.
  std::vector<double> counts = all;
  counts[0] = counts.size() > 1 ? counts[1] : counts[0];
  const auto steps = static_cast<size_t>(levels);
  double best = INFINITY;
  size_t best_bins = counts.size();
  double outside =
      std::accumulate(counts.begin() + static_cast<std::ptrdiff_t>(steps), counts.end(), 0.0);
  for (size_t bins = steps; bins <= counts.size(); ++bins) {
    std::vector<double> p(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(bins));
    p.back() += outside;  // what is cut becomes the largest
    const double d = divergence(p, counts, bins, steps);
    if (d < best) best = d, best_bins = bins;
    if (bins < counts.size()) outside -= counts[bins];
  }
  return largest * static_cast<double>(best_bins) / static_cast<double>(counts.size());
}

}  // namespace lamina::quantization
