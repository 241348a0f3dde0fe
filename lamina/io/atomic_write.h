// Replaces a file as a whole or not at all. After a crash, a full disk or a power loss the path
// holds either the old bytes or the new ones, never a mixture: a training run that dies while it
// saves a checkpoint still has the one before.
//
//   atomic_write("model.json", json.dump());
//
// The bytes go to a temporary file in the same folder, which is synced and renamed over the old
// one; then the folder is synced. On failure the temporary file is removed.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace lamina::io {

// Writes the pieces one after the other. FileError names the path, the bytes needed and those free.
void atomic_write(const std::string& path, std::span<const std::span<const std::byte>> pieces);
void atomic_write(const std::string& path, std::span<const std::byte> bytes);
void atomic_write(const std::string& path, std::string_view text);

}  // namespace lamina::io
