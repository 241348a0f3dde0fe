// Quicksort by vectors, with sorting networks for the last few hundred keys: Highway's vqsort
// (Blacher, Giesen, Sanders, Wassenberg: Vectorized and performance-portable Quicksort, 2022).
#include "lamina/backends/cpu/sort_keys.h"

#include "lamina/backends/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/sort_keys.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// After highway.h, which sets the instruction set.
#include <hwy/contrib/sort/traits-inl.h>
#include <hwy/contrib/sort/vqsort-inl.h>

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class Key>
void sort(Key* keys, int64_t n) {
  const hn::detail::SharedTraits<hn::detail::TraitsLane<hn::detail::OrderAscending<Key>>>
      ascending{};
  // Vectors of a size known beforehand need no buffer of the caller.
  hn::Sort(hn::SortTag<Key>(), ascending, keys, static_cast<size_t>(n),
           static_cast<Key*>(nullptr));
}

void sort_32(uint32_t* keys, int64_t n) { sort(keys, n); }
void sort_64(uint64_t* keys, int64_t n) { sort(keys, n); }

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(sort_32);
HWY_EXPORT(sort_64);
void sort_keys(uint32_t* keys, int64_t n) { HWY_DYNAMIC_DISPATCH(sort_32)(keys, n); }
void sort_keys(uint64_t* keys, int64_t n) { HWY_DYNAMIC_DISPATCH(sort_64)(keys, n); }
}  // namespace lamina::cpu
#endif
