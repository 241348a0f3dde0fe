#include "lamina/train/bleu.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina::train {
namespace {

using Counts = std::map<BLEU::Words, int64_t>;

Counts count_runs(const BLEU::Words& words, size_t length) {
  Counts counts;
  for (size_t i = 0; i + length <= words.size(); ++i) {
    const auto first = words.begin() + static_cast<std::ptrdiff_t>(i);
    ++counts[BLEU::Words(first, first + static_cast<std::ptrdiff_t>(length))];
  }
  return counts;
}

}  // namespace

BLEU::BLEU(BLEUOptions options) {
  if (options.order < 1 || options.order > 64) {
    throw ValueError(text("BLEU: expected an order between 1 and 64, got ", options.order));
  }
  matches_.assign(static_cast<size_t>(options.order), 0);
  runs_ = matches_;
}

void BLEU::update(const Words& translation, const std::vector<Words>& references) {
  if (references.empty()) throw ValueError("BLEU: expected at least one reference");
  // The reference of the nearest length counts; of two, the shorter.
  auto farther = [&](const Words& a, const Words& b) {
    auto distance = [&](const Words& words) {
      const auto of = static_cast<int64_t>(words.size()),
                 own = static_cast<int64_t>(translation.size());
      return std::pair(std::abs(of - own), of);
    };
    return distance(a) < distance(b);
  };
  length_ += static_cast<int64_t>(translation.size());
  reference_length_ +=
      static_cast<int64_t>(std::min_element(references.begin(), references.end(), farther)->size());
  for (size_t n = 1; n <= runs_.size(); ++n) {
    Counts most;
    for (const Words& reference : references) {
      for (const auto& [run, count] : count_runs(reference, n)) {
        most[run] = std::max(most[run], count);
      }
    }
    for (const auto& [run, count] : count_runs(translation, n)) {
      const auto found = most.find(run);
      matches_[n - 1] += found == most.end() ? 0 : std::min(count, found->second);
      runs_[n - 1] += count;
    }
  }
}

double BLEU::result() const {
  double logarithm = 0;
  for (size_t n = 0; n < runs_.size(); ++n) {
    if (matches_[n] == 0) return 0;
    logarithm += std::log(static_cast<double>(matches_[n]) / static_cast<double>(runs_[n]));
  }
  const double ratio = static_cast<double>(reference_length_) / static_cast<double>(length_);
  return std::exp(logarithm / static_cast<double>(runs_.size()) + std::min(0.0, 1 - ratio));
}

void BLEU::reset() {
  std::fill(matches_.begin(), matches_.end(), 0);
  std::fill(runs_.begin(), runs_.end(), 0);
  length_ = reference_length_ = 0;
}

}  // namespace lamina::train
