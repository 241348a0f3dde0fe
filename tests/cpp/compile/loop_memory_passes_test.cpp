// What loops keep of their steps, and what they compute again: the passes as text.
#include <gtest/gtest.h>

#include "lamina/compile/cut_loops.h"
#include "lamina/compile/fit_memory.h"
#include "lamina/compile/loops_in_segments.h"
#include "lamina/compile/recompute_in_loops.h"
#include "lamina/compile/transposes_into_loops.h"
#include "tests/cpp/compile/loop_text.h"

namespace lamina {
namespace {

TEST(LoopMemory, ShortChainsAreComputedAgainWhereTheyAreRead) {
  EXPECT_EQ(after(recompute_in_loops, R"(
%0 = input float32 [2, 3] "c"
%1 = input float32 [6, 2, 3] "xs"
%2 = scan(%0, %1, carries=1, sequences=1, length=6, reverse=false, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [2, 3] ""
    %2 = multiply(%0, %1) : float32 [2, 3]
    %3 = tanh(%2) : float32 [2, 3]
    %4 = subtract(%0, %3) : float32 [2, 3]
    output %2
    output %0
    output %4
  })
%3 = %2[1] : float32 [6, 2, 3]
%4 = %2[2] : float32 [6, 2, 3]
%5 = input float32 [2, 3] "dc"
%6 = scan(%5, %1, %3, %4, carries=1, sequences=3, length=6, reverse=true, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [2, 3] ""
    %2 = input float32 [2, 3] ""
    %3 = input float32 [2, 3] ""
    %4 = multiply(%0, %1) : float32 [2, 3]
    %5 = multiply(%4, %2) : float32 [2, 3]
    %6 = multiply(%5, %3) : float32 [2, 3]
    output %6
  })
%7 = %6[0] : float32 [2, 3]
output %7
)"),
            R"(
%0 = input float32 [2, 3] "c"
%1 = input float32 [6, 2, 3] "xs"
%2 = scan(%0, %1, carries=1, sequences=1, length=6, reverse=false, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [2, 3] ""
    %2 = multiply(%0, %1) : float32 [2, 3]
    output %2
    output %0
  })
%3 = %2[1] : float32 [6, 2, 3]
%4 = input float32 [2, 3] "dc"
%5 = scan(%4, %1, %3, carries=1, sequences=2, length=6, reverse=true, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [2, 3] ""
    %2 = input float32 [2, 3] ""
    %3 = multiply(%2, %1) : float32 [2, 3]
    %4 = tanh(%3) : float32 [2, 3]
    %5 = subtract(%2, %4) : float32 [2, 3]
    %6 = multiply(%0, %1) : float32 [2, 3]
    %7 = multiply(%6, %2) : float32 [2, 3]
    %8 = multiply(%7, %5) : float32 [2, 3]
    output %8
  })
%6 = %5[0] : float32 [2, 3]
output %6
)");
}

TEST(LoopMemory, OfWhatIsReadThroughASliceTheSliceIsKept) {
  EXPECT_EQ(after(recompute_in_loops, R"(
%0 = input float32 [2, 3] "h"
%1 = input float32 [3, 6] "w"
%2 = scan(%0, %1, carries=1, sequences=0, length=6, reverse=false, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [3, 6] ""
    %2 = matmul(%0, %1) : float32 [2, 6]
    %3 = slice(%2, start=[0, 0], count=[2, 3], step=[1, 1]) : float32 [2, 3]
    %4 = slice(%2, start=[0, 3], count=[2, 3], step=[1, 1]) : float32 [2, 3]
    %5 = multiply(%3, %4) : float32 [2, 3]
    output %5
    output %2
  })
%3 = %2[1] : float32 [6, 2, 6]
%4 = input float32 [2, 3] "dh"
%5 = scan(%4, %3, carries=1, sequences=1, length=6, reverse=true, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [2, 6] ""
    %2 = slice(%1, start=[0, 3], count=[2, 3], step=[1, 1]) : float32 [2, 3]
    %3 = multiply(%0, %2) : float32 [2, 3]
    output %3
  })
%6 = %5[0] : float32 [2, 3]
output %6
)"),
            R"(
%0 = input float32 [2, 3] "h"
%1 = input float32 [3, 6] "w"
%2 = scan(%0, %1, carries=1, sequences=0, length=6, reverse=false, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [3, 6] ""
    %2 = matmul(%0, %1) : float32 [2, 6]
    %3 = slice(%2, start=[0, 0], count=[2, 3], step=[1, 1]) : float32 [2, 3]
    %4 = slice(%2, start=[0, 3], count=[2, 3], step=[1, 1]) : float32 [2, 3]
    %5 = multiply(%3, %4) : float32 [2, 3]
    %6 = slice(%2, start=[0, 3], count=[2, 3], step=[1, 1]) : float32 [2, 3]
    output %5
    output %6
  })
%3 = %2[1] : float32 [6, 2, 3]
%4 = input float32 [2, 3] "dh"
%5 = scan(%4, %3, carries=1, sequences=1, length=6, reverse=true, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [2, 3] ""
    %2 = multiply(%0, %1) : float32 [2, 3]
    output %2
  })
%6 = %5[0] : float32 [2, 3]
output %6
)");
}

TEST(LoopMemory, WeightsAreTransposedWhereTheyAreRead) {
  EXPECT_EQ(after(transposes_into_loops, R"(
%0 = input float32 [2, 3] "h"
%1 = input float32 [3, 3] "w"
%2 = transpose(%1, axes=[1, 0]) : float32 [3, 3]
%3 = scan(%0, %2, carries=1, sequences=0, length=6, reverse=false, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [3, 3] ""
    %2 = matmul(%0, %1) : float32 [2, 3]
    output %2
  })
%4 = %3[0] : float32 [2, 3]
output %4
)"),
            R"(
%0 = input float32 [2, 3] "h"
%1 = input float32 [3, 3] "w"
%2 = scan(%0, %1, carries=1, sequences=0, length=6, reverse=false, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [3, 3] ""
    %2 = transpose(%1, axes=[1, 0]) : float32 [3, 3]
    %3 = matmul(%0, %2) : float32 [2, 3]
    output %3
  })
%3 = %2[0] : float32 [2, 3]
output %3
)");
}

// y = c of all steps, and the gradient of its sum by the first c.
const char* const kLoopAndGradient = R"(
%0 = input float32 [2, 3] "c"
%1 = input float32 [6, 2, 3] "xs"
%2 = scan(%0, %1, carries=1, sequences=1, length=6, reverse=false, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [2, 3] ""
    %2 = multiply(%0, %1) : float32 [2, 3]
    %3 = tanh(%2) : float32 [2, 3]
    output %3
    output %3
    output %2
  })
%3 = %2[1] : float32 [6, 2, 3]
%4 = %2[2] : float32 [6, 2, 3]
%5 = input float32 [2, 3] "dc"
%6 = scan(%5, %1, %4, carries=1, sequences=2, length=6, reverse=true, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [2, 3] ""
    %2 = input float32 [2, 3] ""
    %3 = multiply(%0, %1) : float32 [2, 3]
    %4 = multiply(%3, %2) : float32 [2, 3]
    output %4
    output %3
  })
%7 = %6[0] : float32 [2, 3]
%8 = %6[1] : float32 [6, 2, 3]
output %3
output %7
output %8
)";

TEST(LoopMemory, SegmentsOfALoopKeepTheStateTheyBeginWith) {
  auto in_segments = [](Graph& g) { loops_in_segments(g, 2); };
  EXPECT_EQ(after(in_segments, kLoopAndGradient), R"(
%0 = input float32 [2, 3] "c"
%1 = input float32 [6, 2, 3] "xs"
%2 = reshape(%1, shape=[2, 3, 2, 3]) : float32 [2, 3, 2, 3]
%3 = scan(%0, %2, carries=1, sequences=1, length=2, reverse=false, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [3, 2, 3] ""
    %2 = scan(%0, %1, carries=1, sequences=1, length=3, reverse=false, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [2, 3] ""
    %2 = multiply(%0, %1) : float32 [2, 3]
    %3 = tanh(%2) : float32 [2, 3]
    output %3
    output %3
    output %2
  })
    %3 = %2[0] : float32 [2, 3]
    %4 = %2[1] : float32 [3, 2, 3]
    output %3
    output %4
    output %0
  })
%4 = %3[1] : float32 [2, 3, 2, 3]
%5 = reshape(%4, shape=[6, 2, 3]) : float32 [6, 2, 3]
%6 = %3[2] : float32 [2, 2, 3]
%7 = input float32 [2, 3] "dc"
%8 = scan(%7, %2, %6, carries=1, sequences=2, length=2, reverse=true, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [3, 2, 3] ""
    %2 = input float32 [2, 3] ""
    %3 = scan(%2, %1, carries=1, sequences=1, length=3, reverse=false, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [2, 3] ""
    %2 = multiply(%0, %1) : float32 [2, 3]
    %3 = tanh(%2) : float32 [2, 3]
    output %3
    output %3
    output %2
  })
    %4 = %3[2] : float32 [3, 2, 3]
    %5 = scan(%0, %1, %4, carries=1, sequences=2, length=3, reverse=true, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [2, 3] ""
    %2 = input float32 [2, 3] ""
    %3 = multiply(%0, %1) : float32 [2, 3]
    %4 = multiply(%3, %2) : float32 [2, 3]
    output %4
    output %3
  })
    %6 = %5[0] : float32 [2, 3]
    %7 = %5[1] : float32 [3, 2, 3]
    output %6
    output %7
  })
%9 = %8[0] : float32 [2, 3]
%10 = %8[1] : float32 [2, 3, 2, 3]
%11 = reshape(%10, shape=[6, 2, 3]) : float32 [6, 2, 3]
output %5
output %9
output %11
)");
}

TEST(LoopMemory, WhatNoSegmentTakesUpIsALoopOfItsOwn) {
  auto cut = [](Graph& g) { cut_loops(g, 4); };
  EXPECT_EQ(after(cut, R"(
%0 = input float32 [2, 3] "c"
%1 = input float32 [9, 2, 3] "xs"
%2 = scan(%0, %1, carries=1, sequences=1, length=9, reverse=true, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [2, 3] ""
    %2 = multiply(%0, %1) : float32 [2, 3]
    output %2
    output %2
  })
%3 = %2[0] : float32 [2, 3]
%4 = %2[1] : float32 [9, 2, 3]
output %3
output %4
)"),
            R"(
%0 = input float32 [2, 3] "c"
%1 = input float32 [9, 2, 3] "xs"
%2 = slice(%1, start=[0, 0, 0], count=[8, 2, 3], step=[1, 1, 1]) : float32 [8, 2, 3]
%3 = slice(%1, start=[8, 0, 0], count=[1, 2, 3], step=[1, 1, 1]) : float32 [1, 2, 3]
%4 = scan(%0, %3, carries=1, sequences=1, length=1, reverse=true, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [2, 3] ""
    %2 = multiply(%0, %1) : float32 [2, 3]
    output %2
    output %2
  })
%5 = %4[0] : float32 [2, 3]
%6 = %4[1] : float32 [1, 2, 3]
%7 = scan(%5, %2, carries=1, sequences=1, length=8, reverse=true, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [2, 3] ""
    %2 = multiply(%0, %1) : float32 [2, 3]
    output %2
    output %2
  })
%8 = %7[0] : float32 [2, 3]
%9 = %7[1] : float32 [8, 2, 3]
%10 = concatenate(%9, %6, axis=0) : float32 [9, 2, 3]
output %8
output %10
)");
}

TEST(LoopMemory, LoopsThatFitStayWhole) {
  auto cut = [](Graph& g) {
    cut_loops(g, 6);
    EXPECT_FALSE(loops_in_segments(g, 4));
  };
  EXPECT_EQ(after(cut, kLoopAndGradient), kLoopAndGradient);
}

// All results of an op that are read late are given up together: it runs once more, not once for
// each of them.
TEST(FitMemory, AnOpWithSeveralResultsIsRepeatedForAllOfThem) {
  Graph graph = parse_graph("lamina-ir 1" + unfolded(R"(
%0 = input float32 [4, 1024] "xs"
%1 = input float32 [1024] "c"
%2 = scan(%1, %0, carries=1, sequences=1, length=4, reverse=false, body={
    %0 = input float32 [1024] ""
    %1 = input float32 [1024] ""
    %2 = multiply(%0, %1) : float32 [1024]
    %3 = tanh(%2) : float32 [1024]
    output %2
    output %2
    output %3
  })
%3 = %2[1] : float32 [4, 1024]
%4 = %2[2] : float32 [4, 1024]
%5 = sum(%3, axis=[0, 1], keepdims=false) : float32 []
%6 = exp(%5) : float32 []
%7 = broadcast_to(%6, shape=[16, 1024]) : float32 [16, 1024]
%8 = exp(%7) : float32 [16, 1024]
%9 = sum(%8, axis=[0, 1], keepdims=false) : float32 []
%10 = multiply(%3, %9) : float32 [4, 1024]
%11 = multiply(%4, %10) : float32 [4, 1024]
%12 = sum(%11, axis=[0, 1], keepdims=false) : float32 []
output %12
)"));
  const FittedGraph whole = fit_memory(graph, 1 << 30);
  const FittedGraph fitted = fit_memory(graph, 17 * 4096);
  EXPECT_GT(whole.peak, 24 * 4096);
  EXPECT_LE(fitted.peak, 17 * 4096);
  const std::string all = to_text(fitted.graph);
  size_t loops = 0;
  for (size_t found = all.find("scan("); found != std::string::npos; found = all.find("scan(", found + 1))
    ++loops;
  EXPECT_EQ(loops, 2u) << all;
}

}  // namespace
}  // namespace lamina
