// .gz files (RFC 1952), as data sets are often shipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lamina::io {

bool is_gzip(std::span<const std::byte> bytes);

// All members one after the other, their checksums checked. More than `limit` bytes are a FileError.
std::vector<std::byte> inflate_gzip(std::span<const std::byte> bytes, std::string_view source,
                                    uint64_t limit = uint64_t{1} << 32);

}  // namespace lamina::io
