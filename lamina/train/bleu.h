// BLEU (Papineni et al. 2002): how many runs of words a translation shares with references.
#pragma once

#include <cstdint>
#include <vector>

namespace lamina::train {

struct BLEUOptions {
  int64_t order = 4;  // the longest runs that count
};

// Of a whole corpus: update() with each translation, then result().
class BLEU {
 public:
  using Words = std::vector<int64_t>;  // the numbers of a vocabulary
  explicit BLEU(BLEUOptions options = {});

  void update(const Words& translation, const std::vector<Words>& references);
  double result() const;  // 0 .. 1: the geometric mean of the shares, times the brevity penalty
  void reset();

 private:
  std::vector<int64_t> matches_, runs_;  // of each length
  int64_t length_ = 0, reference_length_ = 0;
};

}  // namespace lamina::train
