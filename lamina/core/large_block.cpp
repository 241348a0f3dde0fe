#include "lamina/core/large_block.h"

#include <sys/mman.h>

#include <cstdint>

namespace lamina {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

size_t mapped_size(size_t bytes) { return (bytes + kHugePage - 1) / kHugePage * kHugePage; }

// Address space that begins at a huge page; what was mapped around it is given back.
std::byte* map_aligned(size_t size, int protection) {
  void* mapped = mmap(nullptr, size + kHugePage, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  const auto address = reinterpret_cast<uintptr_t>(mapped);
  const size_t before = (kHugePage - address % kHugePage) % kHugePage;
  auto* block = static_cast<std::byte*>(mapped) + before;
  if (before > 0) munmap(mapped, before);
  munmap(block + size, kHugePage - before);
  return block;
}

}  // namespace

std::byte* map_large(size_t bytes) {
  std::byte* block = map_aligned(mapped_size(bytes), PROT_READ | PROT_WRITE);
  if (block) madvise(block, mapped_size(bytes), MADV_HUGEPAGE);
  return block;
}

void unmap_large(std::byte* block, size_t bytes) { munmap(block, mapped_size(bytes)); }

std::byte* grow_large(std::byte* block, size_t bytes, size_t wanted) {
  const size_t from = mapped_size(bytes), to = mapped_size(wanted);
  if (from == to) return block;
  std::byte* place = map_aligned(to, PROT_NONE);
  if (!place) return nullptr;
  if (mremap(block, from, to, MREMAP_MAYMOVE | MREMAP_FIXED, place) == MAP_FAILED) {
    munmap(place, to);
    return nullptr;
  }
  madvise(place, to, MADV_HUGEPAGE);
  return place;
}

}  // namespace lamina
