// Indices as they come from data, a block at a time: any integer type becomes positions 0 .. size
// - 1. Negative ones count from the end. A wrong one becomes 0 and is noted; the first of them is
// reported when all threads are done, whatever their order was.
#pragma once

#include <atomic>
#include <cstdint>

#include "lamina/core/dtype.h"
#include "lamina/op/backend.h"

namespace lamina::cpu {

inline constexpr int64_t kIndexBlock = 512;

class IndexBlocks {
 public:
  IndexBlocks(DType dtype, int64_t size);

  // What is shared by the threads of one run.
  struct Errors {
    std::atomic<int64_t> first{INT64_MAX};  // number of the first wrong index
  };

  // Positions of `count` <= kIndexBlock indices from number `first` on.
  void read(const std::byte* indices, int64_t first, int64_t count, int64_t* positions,
            Errors& errors) const {
    const int64_t wrong = read_(indices, first, count, size_, positions);
    if (wrong >= 0) note(wrong, errors);
  }
  // For the end of a run.
  void report(const std::byte* indices, const Errors& errors, RunContext& context) const;
  int64_t size() const { return size_; }

 private:
  using Read = int64_t (*)(const std::byte*, int64_t, int64_t, int64_t, int64_t*);
  static void note(int64_t wrong, Errors& errors);
  DType dtype_;
  int64_t size_;
  Read read_;
};

// Whether indices for every element are one line along the axis, broadcast to the other axes: then
// whole entries are moved.
bool is_one_line(const Operand& indices, int axis);

}  // namespace lamina::cpu
