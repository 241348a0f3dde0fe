// The program cache: bounded in bytes, least recently used out, and shown.
#include "lamina/exec/cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lamina/exec/profile.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"

namespace lamina {
namespace {

// Programs of n additions, which differ in n.
void run(int additions) {
  Array x = ones({4}).eval();
  for (int i = 0; i < additions; ++i) x = x + array({1, 2, 3, 4});
  x.eval();
}

class Cache : public testing::Test {
 protected:
  void SetUp() override {
    before_ = program_cache().limit();
    program_cache().clear();
  }
  void TearDown() override {
    program_cache().set_limit(static_cast<size_t>(before_));
    program_cache().clear();
  }
  static int64_t misses_of(int additions) {
    const int64_t before = execution_counters().new_programs;
    run(additions);
    return execution_counters().new_programs - before;
  }
  int64_t before_ = 0;
};

TEST_F(Cache, WhatWasUsedLongestAgoGoesFirst) {
  for (int n : {3, 4, 5}) {
    run(n), run(n);  // as they are compiled
  }
  EXPECT_EQ(misses_of(3), 0);  // used last now
  program_cache().set_limit(static_cast<size_t>(program_cache().bytes() - 1));
  EXPECT_EQ(misses_of(3), 0);
  EXPECT_EQ(misses_of(5), 0);
  EXPECT_GT(misses_of(4), 0);
}

TEST_F(Cache, StaysWithinItsBytes) {
  run(40);  // the largest; one program stays, however large it is
  const int64_t limit = 2 * program_cache().bytes();
  program_cache().set_limit(static_cast<size_t>(limit));
  for (int n = 3; n < 40; ++n) {
    run(n), run(n);
    EXPECT_LE(program_cache().bytes(), limit);
  }
  EXPECT_GT(program_cache().size(), 0);
}

TEST_F(Cache, CountsAndShowsItsPrograms) {
  const int64_t hits = program_cache().hits();
  run(7), run(7), run(7);
  const auto programs = program_cache().programs();
  int64_t bytes = 0, runs = 0;
  for (const ProgramSummary& p : programs) bytes += p.bytes, runs += p.runs;
  EXPECT_EQ(bytes, program_cache().bytes());
  EXPECT_EQ(program_cache().hits() - hits, runs - program_cache().size());
  ASSERT_FALSE(programs.empty());
  EXPECT_EQ(programs[0].tier, 1);
  EXPECT_EQ(programs[0].runs, 3);
  EXPECT_EQ(programs[0].planned_bytes, 0);  // the result takes the place of what dies
  EXPECT_THAT(program_cache().to_string(), testing::HasSubstr("add"));
  program_cache().clear();
  EXPECT_EQ(program_cache().size(), 0);
  EXPECT_EQ(program_cache().bytes(), 0);
}

}  // namespace
}  // namespace lamina
