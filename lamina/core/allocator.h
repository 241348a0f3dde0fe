// Memory for arrays and arenas: 64-byte aligned blocks from a pool that keeps what is freed, so that a
// training loop asks the system for memory in its first step only.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lamina {

struct MemoryStatistics {
  size_t in_use = 0;   // bytes handed out
  size_t peak = 0;     // the most that was ever handed out at once
  size_t cached = 0;   // freed bytes kept for the next request
  size_t limit = 0;    // requests that would pass this are refused
};

// Throws OutOfMemory when the limit (LAMINA_MEMORY_LIMIT bytes; by default 90 % of the machine's memory)
// would be passed or the system refuses. Thread-safe. bytes may be 0.
std::byte* allocate(size_t bytes);
void deallocate(std::byte* block, size_t bytes) noexcept;  // bytes as asked for

MemoryStatistics memory_statistics();
void set_memory_limit(size_t bytes);
void reset_peak_memory();
void release_cached_memory();  // gives what is cached back to the system

}  // namespace lamina
