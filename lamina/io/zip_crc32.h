// Internal: the checksum of zip archives, another one than crc32c.
#pragma once

#include <zlib.h>

#include <algorithm>

#include "lamina/io/bytes.h"

namespace lamina::io {

inline uint32_t zip_crc32(Bytes bytes) {
  uLong crc = 0;
  while (!bytes.empty()) {  // zlib counts in 32 bits
    const size_t piece = std::min<size_t>(bytes.size(), size_t{1} << 30);
    crc = ::crc32(crc, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(piece));
    bytes = bytes.subspan(piece);
  }
  return static_cast<uint32_t>(crc);
}

}  // namespace lamina::io
