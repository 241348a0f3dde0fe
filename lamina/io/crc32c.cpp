#include "lamina/io/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace lamina::io {

namespace {

constexpr uint32_t kPolynomial = 0x82f63b78u;  // bits reversed

using Table = std::array<uint32_t, 256>;

// Row k: the effect of one byte followed by k zero bytes.
constexpr std::array<Table, 8> kTables = [] {
  std::array<Table, 8> tables{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? kPolynomial : 0);
    tables[0][i] = crc;
  }
  for (size_t k = 1; k < 8; ++k) {
    for (size_t i = 0; i < 256; ++i) {
      tables[k][i] = (tables[k - 1][i] >> 8) ^ tables[0][tables[k - 1][i] & 0xff];
    }
  }
  return tables;
}();

uint64_t load64(const std::byte* p) {
  uint64_t value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

uint32_t step(uint32_t crc, std::byte b) {
  return (crc >> 8) ^ kTables[0][(crc ^ static_cast<uint32_t>(b)) & 0xff];
}

#if defined(__x86_64__)

// The instruction takes 3 cycles but a new one may start in each, so three streams run at once. To
// join two streams, the first one's crc is moved past the length of the second: a linear map over
// its bits, tabulated here per byte.
constexpr size_t kStream = 4096;

using Shift = std::array<Table, 4>;

const Shift& shift_by_stream() {
  static const Shift shift = [] {
    std::array<uint32_t, 32> column{};
    for (size_t bit = 0; bit < 32; ++bit) {
      uint32_t crc = uint32_t{1} << bit;
      for (size_t i = 0; i < kStream; ++i) crc = step(crc, std::byte{0});
      column[bit] = crc;
    }
    Shift result{};
    for (size_t k = 0; k < 4; ++k) {
      for (size_t value = 0; value < 256; ++value) {
        for (size_t bit = 0; bit < 8; ++bit) {
          if (value >> bit & 1) result[k][value] ^= column[8 * k + bit];
        }
      }
    }
    return result;
  }();
  return shift;
}

uint32_t moved(const Shift& shift, uint32_t crc) {
  return shift[0][crc & 0xff] ^ shift[1][crc >> 8 & 0xff] ^ shift[2][crc >> 16 & 0xff] ^
         shift[3][crc >> 24];
}

// 64 bytes, past the caches, as a large memcpy stores them.
__attribute__((target("sse4.2"))) inline void stream_line(std::byte* to, const std::byte* from) {
  for (size_t i = 0; i < 64; i += 16) {
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + i),
                     _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i)));
  }
}

// With a destination (aligned to 16 bytes) they are copied on the way: a copy waits for memory, and the
// checksum of what is on its way costs next to nothing. The next block is asked for early, for the
// processor's own prefetching ends where a page does.
template <bool kCopy>
__attribute__((target("sse4.2"))) uint32_t crc32c_sse42(const std::byte* p, size_t n,
                                                        uint32_t before, std::byte* to = nullptr) {
  constexpr size_t kBlock = 3 * kStream;
  uint64_t crc = ~before;
  if (n >= kBlock) {
    const Shift& shift = shift_by_stream();
    for (; n >= kBlock; n -= kBlock, p += kBlock, to += kCopy ? kBlock : 0) {
      uint64_t second = 0, third = 0;
      for (size_t line = 0; line < kStream; line += 64) {
        for (size_t stream = line; stream < kBlock; stream += kStream) {
          _mm_prefetch(reinterpret_cast<const char*>(p + kBlock + stream), _MM_HINT_T0);
          if constexpr (kCopy) stream_line(to + stream, p + stream);
        }
        for (size_t i = line; i < line + 64; i += 8) {
          crc = _mm_crc32_u64(crc, load64(p + i));
          second = _mm_crc32_u64(second, load64(p + kStream + i));
          third = _mm_crc32_u64(third, load64(p + 2 * kStream + i));
        }
      }
      crc = moved(shift, static_cast<uint32_t>(crc)) ^ second;
      crc = moved(shift, static_cast<uint32_t>(crc)) ^ third;
    }
    if constexpr (kCopy) _mm_sfence();
  }
  if constexpr (kCopy) std::memcpy(to, p, n);
  for (; n >= 8; n -= 8, p += 8) crc = _mm_crc32_u64(crc, load64(p));
  uint32_t last = static_cast<uint32_t>(crc);
  for (; n > 0; --n, ++p) last = _mm_crc32_u8(last, static_cast<unsigned char>(*p));
  return ~last;
}

#endif

}  // namespace

uint32_t crc32c_portable(std::span<const std::byte> bytes, uint32_t before) {
  uint32_t crc = ~before;
  const std::byte* p = bytes.data();
  size_t n = bytes.size();
  for (; n >= 8; n -= 8, p += 8) {
    const uint64_t word = load64(p) ^ crc;
    crc = 0;
    for (size_t k = 0; k < 8; ++k) crc ^= kTables[7 - k][word >> (8 * k) & 0xff];
  }
  for (; n > 0; --n, ++p) crc = step(crc, *p);
  return ~crc;
}

uint32_t crc32c(std::span<const std::byte> bytes, uint32_t before) {
#if defined(__x86_64__)
  static const bool fast = __builtin_cpu_supports("sse4.2");
  if (fast) return crc32c_sse42<false>(bytes.data(), bytes.size(), before);
#endif
  return crc32c_portable(bytes, before);
}

uint32_t crc32c_copy(std::span<const std::byte> bytes, std::byte* to) {
#if defined(__x86_64__)
  static const bool fast = __builtin_cpu_supports("sse4.2");
  if (fast && reinterpret_cast<uintptr_t>(to) % 16 == 0) {
    return crc32c_sse42<true>(bytes.data(), bytes.size(), 0, to);
  }
#endif
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return crc32c_portable(bytes, 0);
}

}  // namespace lamina::io
