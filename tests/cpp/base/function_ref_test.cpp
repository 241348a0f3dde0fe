#include "lamina/base/function_ref.h"

#include <gtest/gtest.h>

using lamina::FunctionRef;

static_assert(sizeof(FunctionRef<void()>) == 2 * sizeof(void*));

static int twice(int x) { return 2 * x; }

TEST(FunctionRef, CallsWhatItRefersTo) {
  int calls = 0;
  auto count = [&calls](int x) mutable { return calls += x; };
  FunctionRef<int(int)> ref = count;
  EXPECT_EQ(ref(3), 3);
  EXPECT_EQ(ref(4), 7);
  EXPECT_EQ(calls, 7);
  ref = twice;
  EXPECT_EQ(ref(21), 42);
  const auto constant = [](int) { return 5; };
  FunctionRef<void(int)> discards = constant;
  discards(1);
}
