// Large blocks of memory straight from the system: aligned to huge pages, and able to grow without
// being written anew. The first touch of a page costs more than many passes over it.
#pragma once

#include <cstddef>

namespace lamina {

constexpr size_t kLargeBlock = size_t{4} << 20;  // from this size on

// Zeroed memory, or null where the system has none.
std::byte* map_large(size_t bytes);
void unmap_large(std::byte* block, size_t bytes);

// The block with more room behind its contents, perhaps elsewhere; null where there is no room, and
// the block is as it was.
std::byte* grow_large(std::byte* block, size_t bytes, size_t wanted);

}  // namespace lamina
