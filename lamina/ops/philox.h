// Philox 4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random
// numbers: as easy as 1, 2, 3" (SC 2011): a block cipher of a counter, so that any number can be
// had without those before.
#pragma once

#include <cstdint>

namespace lamina::philox {

inline constexpr uint32_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
inline constexpr uint32_t kKeyStep0 = 0x9E3779B9, kKeyStep1 = 0xBB67AE85;
inline constexpr int kRounds = 10;

struct Key {
  uint32_t k0, k1;
};

// Encrypts kLanes blocks at once, in place: word w of block l is words[w][l]. The lanes are what
// compilers turn into vectors.
template <int kLanes>
inline void encrypt(uint32_t (&words)[4][kLanes], Key key) {
  for (int round = 0; round < kRounds; ++round) {
    for (int l = 0; l < kLanes; ++l) {
      const uint64_t product0 = uint64_t{kMultiplier0} * words[0][l];
      const uint64_t product1 = uint64_t{kMultiplier1} * words[2][l];
      words[0][l] = static_cast<uint32_t>(product1 >> 32) ^ words[1][l] ^ key.k0;
      words[1][l] = static_cast<uint32_t>(product1);
      words[2][l] = static_cast<uint32_t>(product0 >> 32) ^ words[3][l] ^ key.k1;
      words[3][l] = static_cast<uint32_t>(product0);
    }
    key.k0 += kKeyStep0;
    key.k1 += kKeyStep1;
  }
}

}  // namespace lamina::philox
