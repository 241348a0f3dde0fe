// The pool of memory: what is given back is used again, and the sums add up.
#include "lamina/core/allocator.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>

namespace lamina {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

class Allocator : public testing::Test {
 protected:
  void SetUp() override {
    release_cached_memory();
    reset_peak_memory();
    before_ = memory_statistics();
  }
  size_t in_use() const { return memory_statistics().in_use - before_.in_use; }
  size_t cached() const { return memory_statistics().cached - before_.cached; }
  MemoryStatistics before_;
};

TEST_F(Allocator, ProgramsThatTakeTurnsShareABlock) {
  std::byte* large = allocate(16 * kMiB);
  deallocate(large, 16 * kMiB);
  std::byte* small = allocate(9 * kMiB);
  EXPECT_EQ(small, large);
  EXPECT_EQ(in_use(), 9 * kMiB);
  EXPECT_EQ(cached(), 7 * kMiB);  // the rest of the block
  std::memset(small, 1, 9 * kMiB);
  deallocate(small, 9 * kMiB);
  EXPECT_EQ(in_use(), 0u);
  EXPECT_EQ(cached(), 16 * kMiB);
  std::byte* again = allocate(16 * kMiB);
  EXPECT_EQ(again, large);
  deallocate(again, 16 * kMiB);
}

TEST_F(Allocator, WhatWasOnceNeededTogetherIsKeptApart) {
  std::byte *large = allocate(16 * kMiB), *small = allocate(9 * kMiB);
  deallocate(large, 16 * kMiB), deallocate(small, 9 * kMiB);
  EXPECT_EQ(cached(), 25 * kMiB);
  std::byte* other = allocate(8 * kMiB);  // would not fit beside the two: the smaller one serves
  EXPECT_EQ(other, small);
  std::byte* same = allocate(16 * kMiB);
  EXPECT_EQ(same, large);
  deallocate(same, 16 * kMiB), deallocate(other, 8 * kMiB);
  EXPECT_EQ(cached(), 25 * kMiB);
}

// A block that serves a smaller request must not push out what comes back beside it.
TEST_F(Allocator, StepsThatComeAgainGetTheirBlocks) {
  deallocate(allocate(4 * kMiB), 4 * kMiB);
  std::byte* arena = nullptr;
  for (int step = 0; step < 4; ++step) {
    std::byte *result = allocate(2 * kMiB), *own = allocate(16 * kMiB);
    if (step > 0) EXPECT_EQ(own, arena);
    arena = own;
    deallocate(own, 16 * kMiB), deallocate(result, 2 * kMiB);
  }
}

TEST_F(Allocator, ABlockGrowsAndKeepsItsPages) {
  std::byte* small = allocate(16 * kMiB);
  std::memset(small, 7, 16 * kMiB);
  deallocate(small, 16 * kMiB);
  std::byte* large = allocate(24 * kMiB);
  EXPECT_EQ(cached(), 0u);
  EXPECT_EQ(large[16 * kMiB - 1], std::byte{7});  // not asked for, but proof that nothing was cleared
  EXPECT_EQ(reinterpret_cast<uintptr_t>(large) % (2 * kMiB), 0u);
  std::memset(large, 1, 24 * kMiB);
  deallocate(large, 24 * kMiB);
  EXPECT_EQ(cached(), 24 * kMiB);
}

TEST_F(Allocator, SmallBlocksThatComeBackDoNotPushOutLargeOnes) {
  std::byte* large = allocate(64 * kMiB);
  deallocate(large, 64 * kMiB);
  for (int i = 0; i < 4; ++i) {
    deallocate(allocate(3 * kMiB), 3 * kMiB);
    std::byte* again = allocate(64 * kMiB);
    EXPECT_EQ(again, large);
    deallocate(again, 64 * kMiB);
  }
}

TEST_F(Allocator, ALargeBlockThatNobodyAsksForGoesAtLast) {
  deallocate(allocate(64 * kMiB), 64 * kMiB);
  for (int i = 0; i < 40; ++i) deallocate(allocate(3 * kMiB), 3 * kMiB);
  EXPECT_EQ(cached(), 3 * kMiB);
}

TEST_F(Allocator, SmallRequestsDoNotTakeLargeBlocks) {
  std::byte* large = allocate(16 * kMiB);
  deallocate(large, 16 * kMiB);
  for (size_t bytes : {size_t{100}, kMiB, 3 * kMiB}) {
    std::byte* block = allocate(bytes);
    EXPECT_NE(block, large) << bytes;
    deallocate(block, bytes);
  }
}

}  // namespace
}  // namespace lamina
