// A blocked matrix product of our own, for what oneDNN does not serve: float64, determinism,
// machines without oneDNN. It packs its factors, so they may lie in memory in any way.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lamina::backend {

// c[i, j] = sum over k of a[i, k] b[k, j]; distances in elements. Rows of c are contiguous.
template <class T>
struct BlockedProduct {
  int64_t rows, columns, depth;
  const T* a;
  int64_t a_row, a_column;
  const T* b;
  int64_t b_row, b_column;
  T* c;
  int64_t c_row;
};

// Each sum runs over k in one order, in blocks whose size depends on T alone. `scratch` holds at
// least blocked_scratch_bytes<T>().
void multiply_blocked(const BlockedProduct<float>& product, std::byte* scratch);
void multiply_blocked(const BlockedProduct<double>& product, std::byte* scratch);

// Blocks that fit the caches: rows of a in L2, columns of b in L3, both by depth.
template <class T>
struct BlockSizes {
  static constexpr int64_t rows = sizeof(T) == 4 ? 192 : 96;
  static constexpr int64_t columns = 768;
  static constexpr int64_t depth = 384;
  static constexpr size_t a_bytes = rows * depth * sizeof(T);
  static constexpr size_t b_bytes = columns * depth * sizeof(T);
};
template <class T>
constexpr size_t blocked_scratch_bytes() {
  return BlockSizes<T>::a_bytes + BlockSizes<T>::b_bytes;
}

}  // namespace lamina::backend
