// The passes that convolution networks live on, as text: before and after.
#include <gtest/gtest.h>

#include "lamina/compile/attach_epilogues.h"
#include "lamina/compile/fold_batch_norm.h"
#include "lamina/compile/moments_of_parts.h"
#include "lamina/compile/recompute.h"
#include "lamina/exec/placement.h"
#include "lamina/op/graph_text.h"

namespace lamina {
namespace {

Graph parsed(const std::string& before) {
  Graph graph = parse_graph("lamina-ir 1" + before);
  for (GraphValue& v : graph.values) {  // as in a recorded graph: x is data, the rest belongs to a module
    const auto index = static_cast<size_t>(v.leaf_index);
    if (v.leaf == LeafKind::Data) v.is_variable = graph.leaf_names[index] != "x";
  }
  return graph;
}

std::string after(void (*pass)(Graph&), const std::string& before) {
  Graph graph = parsed(before);
  pass(graph);
  const std::string all = to_text(graph);
  return all.substr(all.find('\n'));
}

constexpr const char* kConvolution =
    "stride=[1, 1], padding_low=[0, 0], padding_high=[0, 0], dilation=[1, 1], groups=1";

TEST(AttachEpilogues, TheOnlyReadersOfAProductBecomeItsSteps) {
  EXPECT_EQ(after(attach_epilogues, R"(
%0 = input float32 [4, 3] "x"
%1 = input float32 [3, 5] "w"
%2 = input float32 [5] "b"
%3 = matmul(%0, %1) : float32 [4, 5]
%4 = add(%3, %2) : float32 [4, 5]
%5 = relu(%4) : float32 [4, 5]
%6 = exp(%5) : float32 [4, 5]
output %6
)"),
            R"(
%0 = input float32 [4, 3] "x"
%1 = input float32 [3, 5] "w"
%2 = input float32 [5] "b"
%3 = matmul(%0, %1) : float32 [4, 5]
%4 = add(%3, %2) : float32 [4, 5]
%5 = matmul + add + relu(%0, %1, %2) : float32 [4, 5]
%6 = exp(%5) : float32 [4, 5]
output %6
)");
}

TEST(AttachEpilogues, WhatIsReadTwiceOrKeptStays) {
  const std::string twice = R"(
%0 = input float32 [4, 3] "x"
%1 = input float32 [3, 5] "w"
%2 = matmul(%0, %1) : float32 [4, 5]
%3 = relu(%2) : float32 [4, 5]
%4 = sum(%2, axis=[0], keepdims=false) : float32 [5]
output %3
output %4
)";
  EXPECT_EQ(after(attach_epilogues, twice), twice);
  const std::string kept = R"(
%0 = input float32 [4, 3] "x"
%1 = input float32 [3, 5] "w"
%2 = matmul(%0, %1) : float32 [4, 5]
%3 = relu(%2) : float32 [4, 5]
output %2
output %3
)";
  EXPECT_EQ(after(attach_epilogues, kept), kept);
}

TEST(FoldBatchNorm, ScaleGoesIntoTheWeightAndShiftBecomesTheBias) {
  const std::string attributes = kConvolution;
  EXPECT_EQ(after(fold_batch_norm, R"(
%0 = input float32 [1, 3, 8, 8] "x"
%1 = input float32 [4, 3, 1, 1] "w"
%2 = input float32 [4] "mean"
%3 = input float32 [4] "scale"
%4 = input float32 [4] "shift"
%5 = convolution(%0, %1, )" + attributes + R"() : float32 [1, 4, 8, 8]
%6 = scale_shift(%5, %2, %3, %4) : float32 [1, 4, 8, 8]
output %6
)"),
            R"(
%0 = input float32 [1, 3, 8, 8] "x"
%1 = input float32 [4, 3, 1, 1] "w"
%2 = input float32 [4] "mean"
%3 = input float32 [4] "scale"
%4 = input float32 [4] "shift"
%5 = reshape(%3, shape=[4, 1, 1, 1]) : float32 [4, 1, 1, 1]
%6 = multiply(%1, %5) : float32 [4, 3, 1, 1]
%7 = negative(%2) : float32 [4]
%8 = multiply(%7, %3) : float32 [4]
%9 = add(%8, %4) : float32 [4]
%10 = convolution(%0, %6, %9, )" + attributes + R"() : float32 [1, 4, 8, 8]
output %10
)");
}

TEST(FoldBatchNorm, StatisticsOfTheBatchAreNotFolded) {
  const std::string attributes = kConvolution;
  const std::string batch = R"(
%0 = input float32 [1, 3, 8, 8] "x"
%1 = input float32 [4, 3, 1, 1] "w"
%2 = input float32 [4] "scale"
%3 = input float32 [4] "shift"
%4 = convolution(%0, %1, )" + attributes + R"() : float32 [1, 4, 8, 8]
%5 = sum(%4, axis=[0, 2, 3], keepdims=false) : float32 [4]
%6 = scale_shift(%4, %5, %2, %3) : float32 [1, 4, 8, 8]
output %6
)";
  EXPECT_EQ(after(fold_batch_norm, batch), batch);
}

TEST(MomentsOfParts, EveryChannelIsMeasuredOnce) {
  EXPECT_EQ(after(moments_of_parts, R"(
%0 = input float32 [2, 3, 8] "a"
%1 = input float32 [2, 4, 8] "b"
%2 = channel_moments(%0)
%3 = %2[0] : float32 [3]
%4 = concatenate(%0, %1, axis=1) : float32 [2, 7, 8]
%5 = channel_moments(%4)
%6 = %5[0] : float32 [7]
%7 = %5[1] : float32 [7]
output %3
output %6
output %7
)"),
            R"(
%0 = input float32 [2, 3, 8] "a"
%1 = input float32 [2, 4, 8] "b"
%2 = channel_moments(%0)
%3 = %2[0] : float32 [3]
%4 = %2[1] : float32 [3]
%5 = concatenate(%0, %1, axis=1) : float32 [2, 7, 8]
%6 = channel_moments(%1)
%7 = %6[0] : float32 [4]
%8 = %6[1] : float32 [4]
%9 = concatenate(%3, %7, axis=0) : float32 [7]
%10 = concatenate(%4, %8, axis=0) : float32 [7]
output %3
output %9
output %10
)");
}

TEST(Recompute, CheapValuesAreComputedWhereTheyAreRead) {
  EXPECT_EQ(after(recompute, R"(
%0 = input float32 [64, 32] "x"
%1 = input float32 [32] "mean"
%2 = subtract(%0, %1) : float32 [64, 32]
%3 = relu(%2) : float32 [64, 32]
%4 = sum(%2, axis=[0], keepdims=false) : float32 [32]
output %3
output %4
)"),
            R"(
%0 = input float32 [64, 32] "x"
%1 = input float32 [32] "mean"
%2 = subtract(%0, %1) : float32 [64, 32]
%3 = relu(%2) : float32 [64, 32]
%4 = subtract(%0, %1) : float32 [64, 32]
%5 = sum(%4, axis=[0], keepdims=false) : float32 [32]
output %3
output %5
)");
}

TEST(Recompute, ExpensiveValuesAndThoseOfTwoArraysAreKept) {
  const std::string expensive = R"(
%0 = input float32 [64, 32] "x"
%1 = exp(%0) : float32 [64, 32]
%2 = relu(%1) : float32 [64, 32]
%3 = sum(%1, axis=[0], keepdims=false) : float32 [32]
output %2
output %3
)";
  EXPECT_EQ(after(recompute, expensive), expensive);
  const std::string two = R"(
%0 = input float32 [64, 32] "x"
%1 = input float32 [64, 32] "y"
%2 = add(%0, %1) : float32 [64, 32]
%3 = relu(%2) : float32 [64, 32]
%4 = sum(%2, axis=[0], keepdims=false) : float32 [32]
output %3
output %4
)";
  EXPECT_EQ(after(recompute, two), two);
}

TEST(Placement, ChainsOfConcatenationsShareTheMemoryOfTheLast) {
  const Graph graph = parsed(R"(
%0 = input float32 [2, 3] "x"
%1 = exp(%0) : float32 [2, 3]
%2 = exp(%1) : float32 [2, 3]
%3 = concatenate(%1, %2, axis=1) : float32 [2, 6]
%4 = exp(%3) : float32 [2, 6]
%5 = concatenate(%3, %4, axis=1) : float32 [2, 12]
output %5
)");
  const std::vector<Part> parts = place_parts(graph);
  EXPECT_EQ(parts[5].whole, -1);
  EXPECT_EQ(parts[1].whole, -1);  // exp(%1) reads it too
  EXPECT_EQ(parts[2].whole, 5);
  EXPECT_EQ(parts[2].offset, 3);
  EXPECT_EQ(parts[3].whole, 5);
  EXPECT_EQ(parts[3].offset, 0);
  EXPECT_EQ(parts[4].whole, 5);
  EXPECT_EQ(parts[4].offset, 6);
}

}  // namespace
}  // namespace lamina
