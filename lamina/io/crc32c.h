// CRC-32C (Castagnoli), the checksum of saved tensors: finds every damage of up to 3 bits and every
// burst of up to 32, and processors compute it about as fast as they read memory.
//
//   crc32c(as_bytes("123456789")) == 0xE3069283
//   crc32c(rest, crc32c(first)) == crc32c(first and rest together)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lamina::io {

uint32_t crc32c(std::span<const std::byte> bytes, uint32_t before = 0);

// What runs where the processor has no instruction for it; the same result.
uint32_t crc32c_portable(std::span<const std::byte> bytes, uint32_t before = 0);
// Of bytes that are copied meanwhile, to memory that does not overlap: no slower than memcpy.
uint32_t crc32c_copy(std::span<const std::byte> bytes, std::byte* to);

}  // namespace lamina::io
