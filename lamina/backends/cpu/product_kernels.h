// The parts of a matrix product of our own, for float and double: packing both factors, and sums of
// tiles that stay in registers. matmul_packed.cpp puts them together.
//
// After Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008), with two
// changes for results whose rows lie a power of two apart, as they do in most networks: such rows
// fall into a few sets of the caches. The sums of a block of columns are kept together until they
// are complete, and blocks are deep (2,048 for float), so that this is rare.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "lamina/backends/cpu/applied_steps.h"

namespace lamina::cpu {

inline constexpr int64_t kTileRows = 6;
inline constexpr int64_t kBlockColumns = 64;  // a multiple of every machine's panel

// Lines of a factor that the sums run along: rows of a, columns of b. Distances in elements.
template <class T>
struct FactorLines {
  const T* data;
  int64_t line_step, depth_step;
};

// What is summed for a[i, k] and b[k, j].
enum class Terms { Products, SquaredDifferences };

// c[i, j] = steps(sum over k of a[i, k] b[k, j]), or of other terms. Rows of c are contiguous.
template <class T>
struct PackedProduct {
  int64_t rows, columns, depth;
  const T* a;  // tiles of kTileRows rows, by pack_rows
  FactorLines<T> b;
  T* c;
  int64_t c_row;
  std::span<const backend::AppliedStep> steps;  // float only; the extra arrays begin where c does
  int64_t block_depth;

  int64_t tiles() const { return (rows + kTileRows - 1) / kTileRows; }
};

template <class T>
struct ProductKernels {
  int64_t panel;  // columns that are computed together

  // Tiles first .. last of all of a's rows to their place in `to`: tile t begins at
  // t * kTileRows * depth. Missing rows are zeros.
  void (*pack_rows)(const FactorLines<T>& a, int64_t rows, int64_t depth, int64_t first,
                    int64_t last, T* to);
  // Tiles and panels of c. `scratch` holds product_scratch(..) elements. Each sum runs over k in
  // one order, whatever the blocks.
  void (*multiply)(const PackedProduct<T>& product, int64_t first_tile, int64_t last_tile,
                   int64_t first_panel, int64_t last_panel, T* scratch);
};
template <class T>  // float or double
const ProductKernels<T>& product_kernels(Terms terms = Terms::Products);

// Elements that `multiply` needs: a block of b, and sums of a block of columns that are not
// complete after one block of the depth.
inline int64_t product_scratch(int64_t tiles, int64_t depth, int64_t block_depth) {
  const int64_t sums = depth > block_depth ? tiles * kTileRows * kBlockColumns : 0;
  return kBlockColumns * std::min(depth, block_depth) + sums;
}

}  // namespace lamina::cpu
