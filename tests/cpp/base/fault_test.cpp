#include "lamina/base/fault.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace fault = lamina::fault;

TEST(Fault, NothingFailsUnarmed) {
  fault::disarm();
  EXPECT_FALSE(fault::point("allocate"));
}

TEST(Fault, OnlyTheKthHitOfTheNameFails) {
  if (!fault::kEnabled) GTEST_SKIP() << "built without LAMINA_FAULT_INJECTION";
  fault::Guard guard("allocate", 2);
  EXPECT_FALSE(fault::point("file.write"));
  EXPECT_FALSE(fault::point("allocate"));
  EXPECT_FALSE(fault::point("allocate"));
  EXPECT_TRUE(fault::point("allocate"));
  EXPECT_FALSE(fault::point("allocate"));
  EXPECT_EQ(fault::hits("allocate"), 4);
  EXPECT_EQ(fault::hits("file.write"), 1);
  EXPECT_EQ(fault::hits("unknown"), 0);
}

TEST(Fault, ThreadsShareOneCount) {
  if (!fault::kEnabled) GTEST_SKIP() << "built without LAMINA_FAULT_INJECTION";
  fault::Guard guard("allocate", 1234);
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) failures += fault::point("allocate");
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 1);
  EXPECT_EQ(fault::hits("allocate"), 4000);
}
