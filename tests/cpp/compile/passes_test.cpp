// Each pass of the compiler as text: the graph before, and what the pass makes of it.
#include <gtest/gtest.h>

#include "lamina/compile/common_subexpressions.h"
#include "lamina/compile/fuse.h"
#include "lamina/compile/transpose_matmul.h"
#include "lamina/compile/undo_casts.h"
#include "lamina/exec/loop_body.h"
#include "lamina/exec/program.h"
#include "lamina/op/graph_text.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"

namespace lamina {
namespace {

std::string after(void (*pass)(Graph&), const std::string& before) {
  Graph graph = parse_graph("lamina-ir 1" + before);
  pass(graph);
  const std::string all = to_text(graph);
  return all.substr(all.find('\n'));
}

TEST(CommonSubexpressions, WhatIsComputedTwiceIsComputedOnce) {
  EXPECT_EQ(after(common_subexpressions, R"(
%0 = input float32 [4, 3] "x"
%1 = exp(%0) : float32 [4, 3]
%2 = exp(%0) : float32 [4, 3]
%3 = sum(%1, axis=[0], keepdims=false) : float32 [3]
%4 = sum(%2, axis=[0], keepdims=false) : float32 [3]
%5 = sum(%2, axis=[1], keepdims=false) : float32 [4]
%6 = add(%3, %4) : float32 [3]
output %5
output %6
)"),
            R"(
%0 = input float32 [4, 3] "x"
%1 = exp(%0) : float32 [4, 3]
%2 = sum(%1, axis=[0], keepdims=false) : float32 [3]
%3 = sum(%1, axis=[1], keepdims=false) : float32 [4]
%4 = add(%2, %2) : float32 [3]
output %3
output %4
)");
}

TEST(UndoCasts, WhatWasWidenedAndNarrowedIsWhatItWas) {
  EXPECT_EQ(after(undo_casts, R"(
%0 = input bfloat16 [4, 3] "x"
%1 = cast(%0, dtype=float32) : float32 [4, 3]
%2 = cast(%1, dtype=bfloat16) : bfloat16 [4, 3]
%3 = relu(%2) : bfloat16 [4, 3]
output %3
)"),
            R"(
%0 = input bfloat16 [4, 3] "x"
%1 = relu(%0) : bfloat16 [4, 3]
output %1
)");
}

TEST(UndoCasts, RoundingAndReturnedValuesStay) {
  const std::string rounded = R"(
%0 = input float32 [4] "x"
%1 = cast(%0, dtype=bfloat16) : bfloat16 [4]
%2 = cast(%1, dtype=float32) : float32 [4]
%3 = cast(%2, dtype=float16) : float16 [4]
%4 = cast(%3, dtype=float32) : float32 [4]
output %4
)";
  EXPECT_EQ(after(undo_casts, rounded), rounded);
  const std::string returned = R"(
%0 = input bfloat16 [4] "x"
%1 = cast(%0, dtype=float32) : float32 [4]
%2 = cast(%1, dtype=bfloat16) : bfloat16 [4]
output %2
)";
  EXPECT_EQ(after(undo_casts, returned), returned);
}

TEST(CommonSubexpressions, KeptValuesAndDrawsStay) {
  const std::string kept = R"(
%0 = input float32 [4, 3] "x"
%1 = exp(%0) : float32 [4, 3]
%2 = exp(%0) : float32 [4, 3]
output %1
output %2
)";
  EXPECT_EQ(after(common_subexpressions, kept), kept);
  const std::string draws = R"(
%0 = input int64 [] "seed"
%1 = input int64 [] "counter"
%2 = random_uniform(%0, %1, shape=[4], dtype=float32) : float32 [4]
%3 = random_uniform(%0, %1, shape=[4], dtype=float32) : float32 [4]
%4 = add(%2, %3) : float32 [4]
output %4
)";
  EXPECT_EQ(after(common_subexpressions, draws), draws);
}

TEST(TransposeMatmul, ATransposedProductIsAProductOfTransposes) {
  EXPECT_EQ(after(transpose_matmul, R"(
%0 = input float32 [4, 3] "a"
%1 = input float32 [3, 5] "b"
%2 = matmul(%0, %1) : float32 [4, 5]
%3 = transpose(%2, axes=[1, 0]) : float32 [5, 4]
output %3
)"),
            R"(
%0 = input float32 [4, 3] "a"
%1 = input float32 [3, 5] "b"
%2 = transpose(%1, axes=[1, 0]) : float32 [5, 3]
%3 = transpose(%0, axes=[1, 0]) : float32 [3, 4]
%4 = matmul(%2, %3) : float32 [5, 4]
output %4
)");
}

TEST(TransposeMatmul, TwoTransposesCancel) {
  EXPECT_EQ(after(transpose_matmul, R"(
%0 = input float32 [3, 4] "a"
%1 = input float32 [3, 5] "b"
%2 = transpose(%0, axes=[1, 0]) : float32 [4, 3]
%3 = matmul(%2, %1) : float32 [4, 5]
%4 = transpose(%3, axes=[1, 0]) : float32 [5, 4]
output %4
)"),
            R"(
%0 = input float32 [3, 4] "a"
%1 = input float32 [3, 5] "b"
%2 = transpose(%1, axes=[1, 0]) : float32 [5, 3]
%3 = matmul(%2, %0) : float32 [5, 4]
output %3
)");
}

TEST(TransposeMatmul, AProductThatSomebodyElseReadsStays) {
  const std::string graph = R"(
%0 = input float32 [4, 3] "a"
%1 = input float32 [3, 5] "b"
%2 = matmul(%0, %1) : float32 [4, 5]
%3 = transpose(%2, axes=[1, 0]) : float32 [5, 4]
output %2
output %3
)";
  EXPECT_EQ(after(transpose_matmul, graph), graph);
}

TEST(Fuse, AChainIsOneLoop) {
  EXPECT_EQ(after(fuse, R"(
%0 = input float32 [64, 10] "x"
%1 = input float32 [10] "bias"
%2 = add(%0, %1) : float32 [64, 10]
%3 = exp(%2) : float32 [64, 10]
%4 = multiply(%3, %2) : float32 [64, 10]
output %4
)"),
            R"(
%0 = input float32 [64, 10] "x"
%1 = input float32 [10] "bias"
%2 = cluster{add, exp, multiply}(%0, %1) : float32 [64, 10]
output %2
)");
}

TEST(Fuse, ReductionsEndALoopAndValuesThatAreReadOutsideAreKept) {
  EXPECT_EQ(after(fuse, R"(
%0 = input float32 [64, 10] "x"
%1 = square(%0) : float32 [64, 10]
%2 = sum(%1, axis=[0], keepdims=true) : float32 [1, 10]
%3 = max(%1, axis=[0], keepdims=true) : float32 [1, 10]
%4 = divide(%1, %2) : float32 [64, 10]
%5 = subtract(%4, %3) : float32 [64, 10]
output %1
output %5
)"),
            R"(
%0 = input float32 [64, 10] "x"
%1 = cluster{square, sum, max}(%0)
%2 = %1[0] : float32 [64, 10]
%3 = %1[1] : float32 [1, 10]
%4 = %1[2] : float32 [1, 10]
%5 = cluster{divide, subtract}(%2, %3, %4) : float32 [64, 10]
output %2
output %5
)");
}

// A layer norm: the loop goes on with what it knows of its rows, and keeps that where others read it.
TEST(Fuse, RowsAreReadInTheLoopThatReducesThem) {
  EXPECT_EQ(after(fuse, R"(
%0 = input float32 [64, 10] "x"
%1 = input float32 [10] "weight"
%2 = number float32 1
%3 = sum(%0, axis=[1], keepdims=true) : float32 [64, 1]
%4 = divide(%3, %2) : float32 [64, 1]
%5 = subtract(%0, %4) : float32 [64, 10]
%6 = square(%5) : float32 [64, 10]
%7 = sum(%6, axis=[1], keepdims=true) : float32 [64, 1]
%8 = rsqrt(%7) : float32 [64, 1]
%9 = broadcast_to(%8, shape=[64, 10]) : float32 [64, 10]
%10 = multiply(%5, %9) : float32 [64, 10]
%11 = multiply(%10, %1) : float32 [64, 10]
output %11
output %8
)"),
            R"(
%0 = input float32 [64, 10] "x"
%1 = number float32 1
%2 = input float32 [10] "weight"
%3 = cluster{sum, divide, subtract, square, sum, rsqrt, multiply, multiply}(%0, %1, %2)
%4 = %3[0] : float32 [64, 1]
%5 = %3[1] : float32 [64, 1]
%6 = %3[2] : float32 [64, 1]
%7 = %3[3] : float32 [64, 10]
output %7
output %6
)");
}

// Rows of 16 KiB stay in cache between two phases; longer ones, and results that drop the axis, do not
// join.
TEST(Fuse, LongRowsAreReadAgain) {
  EXPECT_EQ(after(fuse, R"(
%0 = input float32 [4, 4097] "x"
%1 = max(%0, axis=[1], keepdims=true) : float32 [4, 1]
%2 = subtract(%0, %1) : float32 [4, 4097]
output %2
)"),
            R"(
%0 = input float32 [4, 4097] "x"
%1 = cluster{max}(%0) : float32 [4, 1]
%2 = cluster{subtract}(%0, %1) : float32 [4, 4097]
output %2
)");
}

// An operand that is broadcast along one of two reduced axes has no whole rows.
TEST(Fuse, OperandsOfPartsOfARowEndALoop) {
  EXPECT_EQ(after(fuse, R"(
%0 = input float32 [4, 3, 8] "x"
%1 = input float32 [8] "weight"
%2 = max(%0, axis=[1, 2], keepdims=true) : float32 [4, 1, 1]
%3 = subtract(%0, %2) : float32 [4, 3, 8]
%4 = multiply(%3, %1) : float32 [4, 3, 8]
output %4
)"),
            R"(
%0 = input float32 [4, 3, 8] "x"
%1 = cluster{max}(%0) : float32 [4, 1, 1]
%2 = input float32 [8] "weight"
%3 = cluster{subtract, multiply}(%0, %1, %2) : float32 [4, 3, 8]
output %3
)");
}

// What only a later loop needs of the rows is computed there: here a gradient's, between products.
TEST(Fuse, ALoopOverRowsKeepsNothingForOthersThatTheyCanCompute) {
  EXPECT_EQ(after(fuse, R"(
%0 = input float32 [64, 10] "x"
%1 = input float32 [10, 10] "weight"
%2 = max(%0, axis=[1], keepdims=true) : float32 [64, 1]
%3 = subtract(%0, %2) : float32 [64, 10]
%4 = exp(%3) : float32 [64, 10]
%5 = subtract(%0, %2) : float32 [64, 10]
%6 = matmul(%4, %1) : float32 [64, 10]
%7 = multiply(%6, %5) : float32 [64, 10]
output %7
)"),
            R"(
%0 = input float32 [64, 10] "x"
%1 = cluster{max, subtract, exp}(%0)
%2 = %1[0] : float32 [64, 1]
%3 = %1[1] : float32 [64, 10]
%4 = input float32 [10, 10] "weight"
%5 = matmul(%3, %4) : float32 [64, 10]
%6 = cluster{subtract, multiply}(%0, %2, %5) : float32 [64, 10]
output %6
)");
}

// In the body of a loop whose values stay in a cache.
TEST(Fuse, WhatStandsBesideEachOtherIsOneLoop) {
  auto of_size = [](std::string text, const char* size) {
    for (size_t at; (at = text.find("SIZE")) != std::string::npos;) text.replace(at, 4, size);
    return text;
  };
  const std::string before = R"(
%0 = input float32 [SIZE] "x"
%1 = input float32 [SIZE] "y"
%2 = exp(%0) : float32 [SIZE]
%3 = tanh(%1) : float32 [SIZE]
output %2
output %3
)";
  LoopBodyScope body_of_a_loop;
  EXPECT_EQ(after(fuse, of_size(before, "64")), R"(
%0 = input float32 [64] "x"
%1 = input float32 [64] "y"
%2 = cluster{exp, tanh}(%0, %1)
%3 = %2[0] : float32 [64]
%4 = %2[1] : float32 [64]
output %3
output %4
)");
  EXPECT_EQ(after(fuse, of_size(before, "4000000")), of_size(R"(
%0 = input float32 [SIZE] "x"
%1 = cluster{exp}(%0) : float32 [SIZE]
%2 = input float32 [SIZE] "y"
%3 = cluster{tanh}(%2) : float32 [SIZE]
output %1
output %3
)", "4000000"));
}

TEST(Fuse, ReductionsOverOtherAxesNeedALoopOfTheirOwn) {
  EXPECT_EQ(after(fuse, R"(
%0 = input float32 [64, 10] "x"
%1 = exp(%0) : float32 [64, 10]
%2 = sum(%1, axis=[0], keepdims=false) : float32 [10]
%3 = sum(%1, axis=[1], keepdims=false) : float32 [64]
output %2
output %3
)"),
            R"(
%0 = input float32 [64, 10] "x"
%1 = cluster{exp, sum}(%0)
%2 = %1[0] : float32 [64, 10]
%3 = %1[1] : float32 [10]
%4 = cluster{sum}(%2) : float32 [64]
output %3
output %4
)");
}

TEST(Fuse, AnEarlyProducerSinksIntoTheOnlyLoopThatReadsIt) {
  EXPECT_EQ(after(fuse, R"(
%0 = input float32 [8, 8] "x"
%1 = input float32 [8, 8] "w"
%2 = tanh(%0) : float32 [8, 8]
%3 = matmul(%0, %1) : float32 [8, 8]
%4 = add(%3, %2) : float32 [8, 8]
output %4
)"),
            R"(
%0 = input float32 [8, 8] "x"
%1 = input float32 [8, 8] "w"
%2 = matmul(%0, %1) : float32 [8, 8]
%3 = cluster{tanh, add}(%0, %2) : float32 [8, 8]
output %3
)");
}

TEST(Fuse, NoTwoLoopsWaitForEachOther) {
  EXPECT_EQ(after(fuse, R"(
%0 = input float32 [8, 8] "x"
%1 = input float32 [8, 8] "w"
%2 = tanh(%0) : float32 [8, 8]
%3 = matmul(%2, %1) : float32 [8, 8]
%4 = add(%3, %2) : float32 [8, 8]
output %4
)"),
            R"(
%0 = input float32 [8, 8] "x"
%1 = cluster{tanh}(%0) : float32 [8, 8]
%2 = input float32 [8, 8] "w"
%3 = matmul(%1, %2) : float32 [8, 8]
%4 = cluster{add}(%3, %1) : float32 [8, 8]
output %4
)");
}

TEST(Fuse, SmallIntegersWrapBetweenLoops) {
  EXPECT_EQ(after(fuse, R"(
%0 = input int8 [8] "x"
%1 = add(%0, %0) : int8 [8]
%2 = floor_divide(%1, %0) : int8 [8]
output %2
)"),
            R"(
%0 = input int8 [8] "x"
%1 = cluster{add}(%0) : int8 [8]
%2 = cluster{floor_divide}(%1, %0) : int8 [8]
output %2
)");
}

// The means of images, which lie with the channels last: no loop that wants their pixels together. Of
// rows, results and what follows are one loop.
TEST(Fuse, ResultsOfImagesAreALoopOfTheirOwn) {
  EXPECT_EQ(after(fuse, R"(
%0 = input float32 [2, 64, 7, 7] "x"
%1 = relu(%0) : float32 [2, 64, 7, 7]
%2 = sum(%1, axis=[2, 3], keepdims=true) : float32 [2, 64, 1, 1]
%3 = tanh(%2) : float32 [2, 64, 1, 1]
output %3
)"),
            R"(
%0 = input float32 [2, 64, 7, 7] "x"
%1 = cluster{relu, sum}(%0) : float32 [2, 64, 1, 1]
%2 = cluster{tanh}(%1) : float32 [2, 64, 1, 1]
output %2
)");
  EXPECT_EQ(after(fuse, R"(
%0 = input float32 [64, 49] "x"
%1 = relu(%0) : float32 [64, 49]
%2 = sum(%1, axis=[1], keepdims=true) : float32 [64, 1]
%3 = tanh(%2) : float32 [64, 1]
output %3
)"),
            R"(
%0 = input float32 [64, 49] "x"
%1 = cluster{relu, sum, tanh}(%0)
%2 = %1[0] : float32 [64, 1]
%3 = %1[1] : float32 [64, 1]
output %3
)");
}

std::string casts_through(const std::string& type) {
  return R"(
%0 = input float32 [3] "x"
%1 = cast(%0, dtype=)" + type + ") : " + type + R"( [3]
%2 = cast(%1, dtype=float32) : float32 [3]
output %2
)";
}

TEST(Fuse, LoopsRoundTo16Bits) {
  for (const char* type : {"bfloat16", "float16"}) {
    EXPECT_EQ(after(fuse, casts_through(type)), R"(
%0 = input float32 [3] "x"
%1 = cluster{cast, cast}(%0) : float32 [3]
output %1
)");
  }
  // Ties go to the even one.
  const Array x = astype(array({1.00390625f, 1.01171875f, -3.1415927f}), float32);
  EXPECT_EQ(astype(astype(x, bfloat16), float32).to_vector<float>(),
            (std::vector<float>{1.0f, 1.015625f, -3.140625f}));
  const Array y = astype(array({1.00048828125f, 1.00146484375f, 1e-8f, 65520.0f}), float32);
  EXPECT_EQ(astype(astype(y, float16), float32).to_vector<float>(),
            (std::vector<float>{1.0f, 1.001953125f, 0.0f, INFINITY}));
}

TEST(Fuse, ConstantsStandInTheLoop) {
  const auto fuse_constants = [](Graph& graph) {
    for (GraphValue& v : graph.values) v.is_constant = v.leaf == LeafKind::Number;
    fuse(graph);
  };
  EXPECT_EQ(after(fuse_constants, R"(
%0 = input float32 [8] "x"
%1 = number float32 0.5
%2 = multiply(%0, %1) : float32 [8]
%3 = add(%2, %1) : float32 [8]
output %3
)"),
            R"(
%0 = input float32 [8] "x"
%1 = cluster{multiply, add}(%0) : float32 [8]
output %1
)");
}

// A kernel claims softmax over the last axis in float32; none does in float64 over the first.
TEST(ExpandComposites, WhatNoKernelClaimsIsReplacedByItsDecomposition) {
  EXPECT_EQ(after(expand_composites, R"(
%0 = input float32 [8, 4] "x"
%1 = softmax(%0, axis=1) : float32 [8, 4]
%2 = input float64 [4, 6] "y"
%3 = softmax(%2, axis=0) : float64 [4, 6]
output %1
output %3
)"),
            R"(
%0 = input float32 [8, 4] "x"
%1 = softmax(%0, axis=1) : float32 [8, 4]
%2 = input float64 [4, 6] "y"
%3 = max(%2, axis=[0], keepdims=true) : float64 [1, 6]
%4 = subtract(%2, %3) : float64 [4, 6]
%5 = exp(%4) : float64 [4, 6]
%6 = sum(%5, axis=[0], keepdims=true) : float64 [1, 6]
%7 = divide(%5, %6) : float64 [4, 6]
output %1
output %7
)");
}

}  // namespace
}  // namespace lamina
