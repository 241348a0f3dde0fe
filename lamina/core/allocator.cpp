#include "lamina/core/allocator.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <list>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "lamina/base/environment.h"
#include "lamina/base/error.h"
#include "lamina/base/fault.h"
#include "lamina/base/text.h"
#include "lamina/core/large_block.h"

namespace lamina {
namespace {

constexpr size_t kAlignment = 64;

// Sizes are rounded to eight steps per power of two, so that a freed block fits requests of about its size
// and at most an eighth of it is wasted; large ones, which are few, to 32 steps: at most 3 % of an arena.
constexpr size_t kLarge = size_t{16} << 20;
size_t size_class(size_t bytes) {
  if (bytes <= kAlignment) return kAlignment;
  size_t step = std::max(kAlignment, std::bit_floor(bytes - 1) / (bytes > kLarge ? 32 : 8));
  return (bytes + step - 1) / step * step;
}

size_t default_limit() {
  size_t machine =
      static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
  int64_t asked = environment::integer("LAMINA_MEMORY_LIMIT", 0);
  return asked > 0 ? static_cast<size_t>(asked) : machine / 10 * 9;
}

std::byte* new_block(size_t size) {
  if (size >= kLargeBlock) return map_large(size);
  return static_cast<std::byte*>(
      std::aligned_alloc(kAlignment, (size + kAlignment - 1) / kAlignment * kAlignment));
}

void free_block(std::byte* block, size_t size) {
  if (size >= kLargeBlock) return unmap_large(block, size);
  std::free(block);
}

// Blocks that were given back and may be used again. Called with the mutex held.
struct Pool {
  struct Cached {
    size_t size;
    std::byte* block;
  };
  using Age = std::list<Cached>;  // given back longest ago first

  std::mutex mutex;
  Age cached;
  std::map<size_t, std::vector<Age::iterator>> by_size;
  std::unordered_map<std::byte*, size_t> wider;  // blocks in use that are larger than their request
  size_t rest = 0;  // of those, what is not in use; part of what is cached
  size_t most = 0;  // that was in use at once, rests included: what is kept is bounded by it
  int refused = 0;  // blocks in a row that larger cached ones left no room for ..
  size_t largest_refused = 0;  // .. and the largest of them
  MemoryStatistics statistics;

  Pool() { statistics.limit = default_limit(); }

  std::byte* take(size_t size) {
    const auto found = by_size.find(size);
    return found == by_size.end() || found->second.empty() ? nullptr : pop(found->second);
  }

  // By how much a block may be larger than a request that it serves, or smaller before it grows: large
  // requests are few, and each fresh one costs the clearing of its pages.
  static size_t most_times(size_t size) { return size < kLargeBlock ? 4 : 16; }
  bool would_evict(size_t size) const {
    return statistics.in_use + statistics.cached + size > most;
  }

  // A larger block, where a fresh one would send others back to the system: programs that take turns
  // would clear each other's pages every time. What is left of it counts as cached.
  std::byte* take_wider(size_t size) {
    constexpr size_t kWorthIt = size_t{1} << 20;
    if (size < kWorthIt || !would_evict(size)) return nullptr;
    auto found = by_size.upper_bound(size);
    while (found != by_size.end() && found->second.empty()) ++found;
    if (found == by_size.end() || found->first > most_times(size) * size) return nullptr;
    const size_t whole = found->first;
    const auto [entry, fresh] = wider.try_emplace(found->second.back()->block, whole);
    pop(found->second);
    statistics.cached += whole - size;
    rest += whole - size;
    return entry->first;
  }

  // A smaller block that grows, where a fresh one would send it back to the system: the next program
  // needs more memory than any before it, say for a larger batch.
  std::byte* take_grown(size_t size) {
    const size_t least = std::max(kLargeBlock, size / most_times(size));
    if (!would_evict(size)) return nullptr;
    auto found = by_size.lower_bound(size);
    while (found != by_size.begin()) {
      --found;
      if (found->first < least) return nullptr;
      if (found->second.empty()) continue;
      const auto [old_size, block] = *found->second.back();
      std::byte* const grown = grow_large(block, old_size, size);
      if (grown) pop(found->second);
      return grown;
    }
    return nullptr;
  }

  // The size of a block that comes back, of which `size` was in use.
  size_t whole_size(std::byte* block, size_t size) {
    const auto found = wider.find(block);
    if (found == wider.end()) return size;
    const size_t whole = found->second;
    wider.erase(found);
    statistics.cached -= whole - size;
    rest -= whole - size;
    return whole;
  }

  std::byte* pop(std::vector<Age::iterator>& same) {
    const Age::iterator entry = same.back();
    if (entry->size > largest_refused) refused = 0, largest_refused = 0;
    same.pop_back();
    std::byte* block = entry->block;
    statistics.cached -= entry->size;
    cached.erase(entry);
    return block;
  }

  void keep(std::byte* block, size_t size) {
    const auto entry = cached.insert(cached.end(), {size, block});
    try {
      by_size[size].push_back(entry);
    } catch (...) {
      cached.erase(entry);
      throw;
    }
    statistics.cached += size;
  }

  void release(Age::iterator entry) {
    auto& same = by_size[entry->size];
    same.erase(std::find(same.begin(), same.end(), entry));
    statistics.cached -= entry->size;
    free_block(entry->block, entry->size);
    cached.erase(entry);
  }
  void release_oldest() { release(cached.begin()); }

  // Room for a block that comes back. What is kept is bounded by what was once needed at the same
  // time. What came back last is the likeliest to be wanted, so it pushes out older blocks, but none
  // that is larger: that one would cost more to get again, and serves smaller requests too. Unless
  // it has stood in the way for long, and nobody has asked for it: then the program is another one.
  bool make_room(size_t size) {
    constexpr int kPatience = 16;
    const auto fits = [&] { return statistics.in_use + statistics.cached + size <= most; };
    for (auto entry = cached.begin(); !fits() && entry != cached.end();) {
      const auto next = std::next(entry);
      if (entry->size <= size) release(entry);
      entry = next;
    }
    if (fits()) return true;
    largest_refused = std::max(largest_refused, size);
    if (cached.empty() || ++refused <= kPatience) return false;
    refused = 0;
    while (!cached.empty() && !fits()) release_oldest();
    return fits();
  }

  void release_cached() {
    while (!cached.empty()) release_oldest();
  }
};

// Never destroyed: arrays in static variables may outlive it otherwise.
Pool& pool() {
  static Pool* instance = new Pool;
  return *instance;
}

}  // namespace

std::byte* allocate(size_t bytes) {
  Pool& p = pool();
  size_t size = bytes > (size_t{1} << 62) ? bytes : size_class(bytes);
  std::lock_guard lock(p.mutex);
  MemoryStatistics& s = p.statistics;
  auto refuse = [&](const char* why) {
    return OutOfMemory(text("cannot allocate ", bytes, " bytes: ", why))
        .detail("in use", text(s.in_use, " bytes, peak ", s.peak))
        .detail("limit", text(s.limit, " bytes"))
        .help("use a smaller batch or set LAMINA_MEMORY_LIMIT (bytes)");
  };
  if (fault::point("allocate")) throw refuse("injected fault");
  if (size > s.limit || s.in_use > s.limit - size) throw refuse("the memory limit would be passed");
  std::byte* block = p.take(size);
  if (!block) block = p.take_wider(size);
  if (!block) block = p.take_grown(size);
  if (!block) {
    if (s.in_use + s.cached > s.limit - size) p.release_cached();
    block = new_block(size);
    if (!block) {
      p.release_cached();
      throw refuse("the system has no more memory");
    }
  }
  s.in_use += size;
  s.peak = std::max(s.peak, s.in_use);
  p.most = std::max(p.most, s.in_use + p.rest);
  return block;
}

void deallocate(std::byte* block, size_t bytes) noexcept {
  if (!block) return;
  Pool& p = pool();
  size_t size = size_class(bytes);
  std::lock_guard lock(p.mutex);
  p.statistics.in_use -= size;
  size = p.whole_size(block, size);
  if (p.make_room(size)) {
    try {
      p.keep(block, size);
      return;
    } catch (...) {  // no memory for the list itself: give the block back instead
    }
  }
  free_block(block, size);
}

MemoryStatistics memory_statistics() {
  std::lock_guard lock(pool().mutex);
  return pool().statistics;
}

void set_memory_limit(size_t bytes) {
  std::lock_guard lock(pool().mutex);
  pool().statistics.limit = bytes;
}

void reset_peak_memory() {
  std::lock_guard lock(pool().mutex);
  pool().statistics.peak = pool().statistics.in_use;
  pool().most = pool().statistics.in_use + pool().rest;
}

void release_cached_memory() {
  std::lock_guard lock(pool().mutex);
  pool().release_cached();
}

}  // namespace lamina
