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

// Highway's own entry draws its samples by chance, from a second library.
constexpr uint64_t kSeed = 0x9e3779b97f4a7c15;

template <class Key>
void sort(Key* keys, int64_t count) {
  hn::detail::SharedTraits<hn::detail::TraitsLane<hn::detail::OrderAscending<Key>>> ascending;
  const auto n = static_cast<size_t>(count);
  if (n < 2) return;
#if VQSORT_ENABLED
  const hn::CappedTag<Key, 64 / sizeof(Key)> d;
  HWY_ALIGN Key buffer[hwy::SortConstants::BufNum<Key>(HWY_LANES(Key))] = {};
  if (hn::detail::HandleSpecialCases(d, ascending, keys, n)) return;
  hn::detail::Generator samples(kSeed);
  const size_t depth = 2 * hwy::CeilLog2(n) + 4;  // beyond it, a heap: n log n in any case
  hn::detail::Recurse(d, ascending, keys, keys + n, n, buffer, samples, depth);
#else
  hn::detail::HeapSort(ascending, keys, n);
#endif
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
