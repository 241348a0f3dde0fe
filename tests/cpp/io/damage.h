// Damages a file in every simple way and checks that the reader answers with a FileError or a
// value, never with anything else. Run under AddressSanitizer this also finds reads outside the
// bytes.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "lamina/base/error.h"

// The bytes in a block of exactly their size, so that a read past the end is seen.
struct ExactBytes {
  explicit ExactBytes(std::span<const std::byte> from)
      : data(new std::byte[from.size() ? from.size() : 1]), size(from.size()) {
    std::copy(from.begin(), from.end(), data.get());
  }
  std::span<const std::byte> span() const { return {data.get(), size}; }
  std::unique_ptr<std::byte[]> data;
  size_t size;
};

template <class Read>
bool survives(std::span<const std::byte> bytes, Read&& read) {
  const ExactBytes exact(bytes);
  try {
    read(exact.span());
    return true;
  } catch (const lamina::FileError& error) {
    EXPECT_NE(std::string(error.what()), "");
    return false;
  }
}

struct Damage {
  size_t accepted_truncations = 0, accepted_flips = 0;
};

// All truncations, and all single-bit flips in the first `structural` bytes.
template <class Read>
Damage damage(std::span<const std::byte> bytes, size_t structural, Read&& read) {
  Damage result;
  for (size_t size = 0; size < bytes.size(); ++size) {
    result.accepted_truncations += survives(bytes.first(size), read);
  }
  std::vector<std::byte> copy(bytes.begin(), bytes.end());
  for (size_t bit = 0; bit < 8 * std::min(structural, bytes.size()); ++bit) {
    const std::byte mask = static_cast<std::byte>(1u << (bit % 8));
    copy[bit / 8] ^= mask;
    result.accepted_flips += survives(copy, read);
    copy[bit / 8] ^= mask;
  }
  return result;
}
