// The passes on loops as text: the graph before, and what each makes of it.
#include <gtest/gtest.h>

#include "lamina/compile/channels_last_loops.h"
#include "lamina/compile/enter_loops.h"
#include "lamina/compile/join_parts.h"
#include "lamina/compile/join_products.h"
#include "lamina/compile/merge_loops.h"
#include "lamina/compile/products_after_loops.h"
#include "lamina/compile/products_before_loops.h"
#include "lamina/compile/products_of_steps.h"
#include "lamina/compile/sums_after_loops.h"
#include "tests/cpp/compile/loop_text.h"

namespace lamina {
namespace {

TEST(LoopPasses, ProductsThatNeedNoStateLeaveTheLoop) {
  EXPECT_EQ(after(products_before_loops, R"(
%0 = input float32 [2, 4] "h"
%1 = input float32 [5, 2, 3] "xs"
%2 = input float32 [3, 4] "w"
%3 = input float32 [4, 4] "u"
%4 = scan(%0, %1, %2, %3, carries=1, sequences=1, length=5, reverse=false, body={
    %0 = input float32 [2, 4] ""
    %1 = input float32 [2, 3] ""
    %2 = input float32 [3, 4] ""
    %3 = input float32 [4, 4] ""
    %4 = matmul(%1, %2) : float32 [2, 4]
    %5 = matmul(%0, %3) : float32 [2, 4]
    %6 = add(%4, %5) : float32 [2, 4]
    %7 = tanh(%6) : float32 [2, 4]
    output %7
    output %7
  })
%5 = %4[1] : float32 [5, 2, 4]
output %5
)"),
            R"(
%0 = input float32 [2, 4] "h"
%1 = input float32 [5, 2, 3] "xs"
%2 = input float32 [3, 4] "w"
%3 = input float32 [4, 4] "u"
%4 = reshape(%1, shape=[10, 3]) : float32 [10, 3]
%5 = matmul(%4, %2) : float32 [10, 4]
%6 = reshape(%5, shape=[5, 2, 4]) : float32 [5, 2, 4]
%7 = scan(%0, %6, %3, carries=1, sequences=1, length=5, reverse=false, body={
    %0 = input float32 [2, 4] ""
    %1 = input float32 [2, 4] ""
    %2 = input float32 [4, 4] ""
    %3 = matmul(%0, %2) : float32 [2, 4]
    %4 = add(%1, %3) : float32 [2, 4]
    %5 = tanh(%4) : float32 [2, 4]
    output %5
    output %5
  })
%8 = %7[1] : float32 [5, 2, 4]
output %8
)");
}

TEST(LoopPasses, ConvolutionsThatNeedNoStateLeaveTheLoop) {
  const std::string same = ", stride=[1], padding_low=[1], padding_high=[1], dilation=[1], groups=1)";
  EXPECT_EQ(after(products_before_loops, R"(
%0 = input float32 [2, 4, 6] "h"
%1 = input float32 [5, 2, 3, 6] "xs"
%2 = input float32 [4, 3, 3] "w"
%3 = input float32 [4, 4, 3] "u"
%4 = scan(%0, %1, %2, %3, carries=1, sequences=1, length=5, reverse=false, body={
    %0 = input float32 [2, 4, 6] ""
    %1 = input float32 [2, 3, 6] ""
    %2 = input float32 [4, 3, 3] ""
    %3 = input float32 [4, 4, 3] ""
    %4 = convolution(%1, %2)" + same + R"( : float32 [2, 4, 6]
    %5 = convolution(%0, %3)" + same + R"( : float32 [2, 4, 6]
    %6 = add(%4, %5) : float32 [2, 4, 6]
    output %6
    output %6
  })
%5 = %4[1] : float32 [5, 2, 4, 6]
output %5
)"),
            R"(
%0 = input float32 [2, 4, 6] "h"
%1 = input float32 [5, 2, 3, 6] "xs"
%2 = input float32 [4, 3, 3] "w"
%3 = input float32 [4, 4, 3] "u"
%4 = reshape(%1, shape=[10, 3, 6]) : float32 [10, 3, 6]
%5 = convolution(%4, %2)" + same + R"( : float32 [10, 4, 6]
%6 = reshape(%5, shape=[5, 2, 4, 6]) : float32 [5, 2, 4, 6]
%7 = scan(%0, %6, %3, carries=1, sequences=1, length=5, reverse=false, body={
    %0 = input float32 [2, 4, 6] ""
    %1 = input float32 [2, 4, 6] ""
    %2 = input float32 [4, 4, 3] ""
    %3 = convolution(%0, %2)" + same + R"( : float32 [2, 4, 6]
    %4 = add(%1, %3) : float32 [2, 4, 6]
    output %4
    output %4
  })
%8 = %7[1] : float32 [5, 2, 4, 6]
output %8
)");
}

TEST(LoopPasses, FilterGradientsAreOneConvolutionAfterTheLoop) {
  const std::string same =
      ", stride=[1], padding_low=[1], padding_high=[1], dilation=[1], groups=1, shape=[3])";
  EXPECT_EQ(after(sums_after_loops, R"(
%0 = number float32 0
%1 = broadcast_to(%0, shape=[4, 3, 3]) : float32 [4, 3, 3]
%2 = input float32 [5, 2, 3, 6] "xs"
%3 = input float32 [5, 2, 4, 6] "dz"
%4 = scan(%1, %2, %3, carries=1, sequences=2, length=5, reverse=true, body={
    %0 = input float32 [4, 3, 3] ""
    %1 = input float32 [2, 3, 6] ""
    %2 = input float32 [2, 4, 6] ""
    %3 = convolution_weight_gradient(%1, %2)" + same + R"( : float32 [4, 3, 3]
    %4 = add(%0, %3) : float32 [4, 3, 3]
    output %4
  })
%5 = %4[0] : float32 [4, 3, 3]
output %5
)"),
            R"(
%0 = input float32 [5, 2, 3, 6] "xs"
%1 = input float32 [5, 2, 4, 6] "dz"
%2 = reshape(%0, shape=[10, 3, 6]) : float32 [10, 3, 6]
%3 = reshape(%1, shape=[10, 4, 6]) : float32 [10, 4, 6]
%4 = convolution_weight_gradient(%2, %3)" + same + R"( : float32 [4, 3, 3]
output %4
)");
}

TEST(LoopPasses, ProductsOfOneInputAreOneProduct) {
  EXPECT_EQ(after(join_products, R"(
%0 = input float32 [2, 3] "h"
%1 = input float32 [3, 3] "a"
%2 = input float32 [3, 3] "b"
%3 = scan(%0, %1, %2, carries=1, sequences=0, length=5, reverse=false, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [3, 3] ""
    %2 = input float32 [3, 3] ""
    %3 = matmul(%0, %1) : float32 [2, 3]
    %4 = matmul(%0, %2) : float32 [2, 3]
    %5 = multiply(%3, %4) : float32 [2, 3]
    output %5
  })
%4 = %3[0] : float32 [2, 3]
output %4
)"),
            R"(
%0 = input float32 [2, 3] "h"
%1 = input float32 [3, 3] "a"
%2 = input float32 [3, 3] "b"
%3 = scan(%0, %1, %2, carries=1, sequences=0, length=5, reverse=false, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [3, 3] ""
    %2 = input float32 [3, 3] ""
    %3 = concatenate(%1, %2, axis=1) : float32 [3, 6]
    %4 = matmul(%0, %3) : float32 [2, 6]
    %5 = slice(%4, start=[0, 0], count=[2, 3], step=[1, 1]) : float32 [2, 3]
    %6 = slice(%4, start=[0, 3], count=[2, 3], step=[1, 1]) : float32 [2, 3]
    %7 = multiply(%5, %6) : float32 [2, 3]
    output %7
  })
%4 = %3[0] : float32 [2, 3]
output %4
)");
}

TEST(LoopPasses, ProductsThatOnlyStacksNeedComeAfterTheLoop) {
  EXPECT_EQ(after(products_after_loops, R"(
%0 = input float32 [2, 3] "h"
%1 = input float32 [5, 2, 3] "xs"
%2 = input float32 [3, 4] "w"
%3 = scan(%0, %1, %2, carries=1, sequences=1, length=5, reverse=true, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [2, 3] ""
    %2 = input float32 [3, 4] ""
    %3 = multiply(%0, %1) : float32 [2, 3]
    %4 = matmul(%3, %2) : float32 [2, 4]
    output %3
    output %4
  })
%4 = %3[1] : float32 [5, 2, 4]
output %4
)"),
            R"(
%0 = input float32 [2, 3] "h"
%1 = input float32 [5, 2, 3] "xs"
%2 = input float32 [3, 4] "w"
%3 = scan(%0, %1, carries=1, sequences=1, length=5, reverse=true, body={
    %0 = input float32 [2, 3] ""
    %1 = input float32 [2, 3] ""
    %2 = multiply(%0, %1) : float32 [2, 3]
    output %2
    output %2
  })
%4 = %3[1] : float32 [5, 2, 3]
%5 = reshape(%4, shape=[10, 3]) : float32 [10, 3]
%6 = matmul(%5, %2) : float32 [10, 4]
%7 = reshape(%6, shape=[5, 2, 4]) : float32 [5, 2, 4]
output %7
)");
}

TEST(LoopPasses, GradientsOfPicturesThatOnlyStacksNeedComeAfterTheLoop) {
  const std::string same =
      ", stride=[1], padding_low=[1], padding_high=[1], dilation=[1], groups=1, shape=[6])";
  EXPECT_EQ(after(products_after_loops, R"(
%0 = input float32 [2, 4, 6] "dh"
%1 = input float32 [5, 2, 4, 6] "dys"
%2 = input float32 [4, 3, 3] "w"
%3 = input float32 [4, 4, 3] "u"
%4 = scan(%0, %1, %2, %3, carries=1, sequences=1, length=5, reverse=true, body={
    %0 = input float32 [2, 4, 6] ""
    %1 = input float32 [2, 4, 6] ""
    %2 = input float32 [4, 3, 3] ""
    %3 = input float32 [4, 4, 3] ""
    %4 = add(%0, %1) : float32 [2, 4, 6]
    %5 = convolution_input_gradient(%4, %3)" + same + R"( : float32 [2, 4, 6]
    %6 = convolution_input_gradient(%4, %2)" + same + R"( : float32 [2, 3, 6]
    output %5
    output %6
  })
%5 = %4[1] : float32 [5, 2, 3, 6]
output %5
)"),
            R"(
%0 = input float32 [2, 4, 6] "dh"
%1 = input float32 [5, 2, 4, 6] "dys"
%2 = input float32 [4, 3, 3] "w"
%3 = input float32 [4, 4, 3] "u"
%4 = scan(%0, %1, %3, carries=1, sequences=1, length=5, reverse=true, body={
    %0 = input float32 [2, 4, 6] ""
    %1 = input float32 [2, 4, 6] ""
    %2 = input float32 [4, 4, 3] ""
    %3 = add(%0, %1) : float32 [2, 4, 6]
    %4 = convolution_input_gradient(%3, %2)" + same + R"( : float32 [2, 4, 6]
    output %4
    output %3
  })
%5 = %4[1] : float32 [5, 2, 4, 6]
%6 = reshape(%5, shape=[10, 4, 6]) : float32 [10, 4, 6]
%7 = convolution_input_gradient(%6, %2)" + same + R"( : float32 [10, 3, 6]
%8 = reshape(%7, shape=[5, 2, 3, 6]) : float32 [5, 2, 3, 6]
output %8
)");
}

TEST(LoopPasses, SumsOfProductsAreOneProductAfterTheLoop) {
  EXPECT_EQ(after(sums_after_loops, R"(
%0 = input float32 [3, 4] "zero"
%1 = input float32 [5, 2, 3] "xs"
%2 = input float32 [5, 2, 4] "dz"
%3 = scan(%0, %1, %2, carries=1, sequences=2, length=5, reverse=true, body={
    %0 = input float32 [3, 4] ""
    %1 = input float32 [2, 3] ""
    %2 = input float32 [2, 4] ""
    %3 = transpose(%1, axes=[1, 0]) : float32 [3, 2]
    %4 = matmul(%3, %2) : float32 [3, 4]
    %5 = add(%0, %4) : float32 [3, 4]
    output %5
  })
%4 = %3[0] : float32 [3, 4]
output %4
)"),
            R"(
%0 = input float32 [3, 4] "zero"
%1 = input float32 [5, 2, 3] "xs"
%2 = input float32 [5, 2, 4] "dz"
%3 = reshape(%1, shape=[10, 3]) : float32 [10, 3]
%4 = reshape(%2, shape=[10, 4]) : float32 [10, 4]
%5 = transpose(%3, axes=[1, 0]) : float32 [3, 10]
%6 = matmul(%5, %4) : float32 [3, 4]
%7 = add(%6, %0) : float32 [3, 4]
output %7
)");
}

TEST(LoopPasses, TheSameLoopWithMoreOutputsIsOneLoop) {
  EXPECT_EQ(after(merge_loops, R"(
%0 = input float32 [3] "h"
%1 = scan(%0, carries=1, sequences=0, length=5, reverse=false, body={
    %0 = input float32 [3] ""
    %1 = sin(%0) : float32 [3]
    %2 = tanh(%1) : float32 [3]
    output %2
  })
%2 = %1[0] : float32 [3]
%3 = scan(%0, carries=1, sequences=0, length=5, reverse=false, body={
    %0 = input float32 [3] ""
    %1 = sin(%0) : float32 [3]
    %2 = tanh(%1) : float32 [3]
    output %2
    output %1
    output %0
  })
%4 = %3[0] : float32 [3]
%5 = %3[1] : float32 [5, 3]
%6 = add(%2, %4) : float32 [3]
output %5
output %6
)"),
            R"(
%0 = input float32 [3] "h"
%1 = scan(%0, carries=1, sequences=0, length=5, reverse=false, body={
    %0 = input float32 [3] ""
    %1 = sin(%0) : float32 [3]
    %2 = tanh(%1) : float32 [3]
    output %2
    output %1
    output %0
  })
%2 = %1[0] : float32 [3]
%3 = %1[0] : float32 [3]
%4 = %1[1] : float32 [5, 3]
%5 = add(%2, %3) : float32 [3]
output %4
output %5
)");
}

TEST(LoopPasses, WhatNobodyUsesLeavesTheLoop) {
  EXPECT_EQ(after(enter_loops, R"(
%0 = input float32 [3] "h"
%1 = input float32 [3] "unused"
%2 = scan(%0, %1, carries=2, sequences=0, length=5, reverse=false, body={
    %0 = input float32 [3] ""
    %1 = input float32 [3] ""
    %2 = sin(%0) : float32 [3]
    %3 = add(%1, %0) : float32 [3]
    output %2
    output %3
    output %3
  })
%3 = %2[0] : float32 [3]
output %3
)"),
            R"(
%0 = input float32 [3] "h"
%1 = scan(%0, carries=1, sequences=0, length=5, reverse=false, body={
    %0 = input float32 [3] ""
    %1 = sin(%0) : float32 [3]
    output %1
  })
%2 = %1[0] : float32 [3]
output %2
)");
}

TEST(LoopPasses, PartsThatFillTheWholeAreAConcatenation) {
  EXPECT_EQ(after(join_parts, R"(
%0 = number float32 0
%1 = broadcast_to(%0, shape=[2, 5]) : float32 [2, 5]
%2 = input float32 [2, 2] "a"
%3 = input float32 [2, 3] "b"
%4 = slice_update(%1, %3, start=[0, 2], count=[2, 3], step=[1, 1]) : float32 [2, 5]
%5 = slice_update(%1, %2, start=[0, 0], count=[2, 2], step=[1, 1]) : float32 [2, 5]
%6 = add(%4, %5) : float32 [2, 5]
output %6
)"),
            R"(
%0 = input float32 [2, 2] "a"
%1 = input float32 [2, 3] "b"
%2 = concatenate(%0, %1, axis=1) : float32 [2, 5]
output %2
)");
}

// A loop that was written out: what waits for the step before stays.
TEST(LoopPasses, ProductsOfStepsThatShareAWeightAreOneProduct) {
  EXPECT_EQ(after(products_of_steps, R"(
%0 = input float32 [2, 4] "h"
%1 = input float32 [2, 3] "x0"
%2 = input float32 [2, 3] "x1"
%3 = input float32 [3, 4] "w"
%4 = input float32 [4, 4] "u"
%5 = matmul(%1, %3) : float32 [2, 4]
%6 = matmul(%0, %4) : float32 [2, 4]
%7 = add(%5, %6) : float32 [2, 4]
%8 = matmul(%2, %3) : float32 [2, 4]
%9 = matmul(%7, %4) : float32 [2, 4]
%10 = add(%8, %9) : float32 [2, 4]
output %10
)"),
            R"(
%0 = input float32 [2, 4] "h"
%1 = input float32 [2, 3] "x0"
%2 = input float32 [2, 3] "x1"
%3 = input float32 [3, 4] "w"
%4 = input float32 [4, 4] "u"
%5 = concatenate(%1, %2, axis=0) : float32 [4, 3]
%6 = matmul(%5, %3) : float32 [4, 4]
%7 = slice(%6, start=[0, 0], count=[2, 4], step=[1, 1]) : float32 [2, 4]
%8 = matmul(%0, %4) : float32 [2, 4]
%9 = add(%7, %8) : float32 [2, 4]
%10 = slice(%6, start=[2, 0], count=[2, 4], step=[1, 1]) : float32 [2, 4]
%11 = matmul(%9, %4) : float32 [2, 4]
%12 = add(%10, %11) : float32 [2, 4]
output %12
)");
}

// Two weights by turns: each set of products alone could be one, both together could not.
TEST(LoopPasses, ProductsOfStepsThatWaitForEachOtherStay) {
  const std::string graph = R"(
%0 = input float32 [2, 3] "x"
%1 = input float32 [2, 3] "y"
%2 = input float32 [3, 3] "w"
%3 = input float32 [3, 3] "u"
%4 = matmul(%0, %2) : float32 [2, 3]
%5 = matmul(%4, %3) : float32 [2, 3]
%6 = matmul(%1, %3) : float32 [2, 3]
%7 = matmul(%6, %2) : float32 [2, 3]
output %5
output %7
)";
  EXPECT_EQ(after(products_of_steps, graph), graph);
}

TEST(LoopPasses, GradientsOfAWeightOfManyStepsAreOneProduct) {
  EXPECT_EQ(after(products_of_steps, R"(
%0 = input float32 [2, 3] "x0"
%1 = input float32 [2, 3] "x1"
%2 = input float32 [2, 4] "d0"
%3 = input float32 [2, 4] "d1"
%4 = input float32 [4, 3] "decay"
%5 = transpose(%2, axes=[1, 0]) : float32 [4, 2]
%6 = matmul(%5, %0) : float32 [4, 3]
%7 = transpose(%3, axes=[1, 0]) : float32 [4, 2]
%8 = matmul(%7, %1) : float32 [4, 3]
%9 = add(%6, %4) : float32 [4, 3]
%10 = add(%9, %8) : float32 [4, 3]
%11 = sum(%2, axis=[0], keepdims=false) : float32 [4]
%12 = sum(%3, axis=[0], keepdims=false) : float32 [4]
%13 = add(%12, %11) : float32 [4]
output %10
output %13
)"),
            R"(
%0 = input float32 [2, 3] "x0"
%1 = input float32 [2, 3] "x1"
%2 = input float32 [2, 4] "d0"
%3 = input float32 [2, 4] "d1"
%4 = input float32 [4, 3] "decay"
%5 = concatenate(%2, %3, axis=0) : float32 [4, 4]
%6 = transpose(%5, axes=[1, 0]) : float32 [4, 4]
%7 = concatenate(%0, %1, axis=0) : float32 [4, 3]
%8 = matmul(%6, %7) : float32 [4, 3]
%9 = add(%8, %4) : float32 [4, 3]
%10 = sum(%5, axis=[0], keepdims=false) : float32 [4]
output %9
output %10
)");
}

TEST(LoopPasses, PicturesGoThroughLoopsWithTheirChannelsLast) {
  const std::string same = ", stride=[1], padding_low=[1], padding_high=[1], dilation=[1], groups=1)";
  EXPECT_EQ(after(channels_last_loops, R"(
%0 = input float32 [2, 4, 6] "h"
%1 = input float32 [5, 2, 4, 6] "xs"
%2 = input float32 [4, 4, 3] "w"
%3 = scan(%0, %1, %2, carries=1, sequences=1, length=5, reverse=false, body={
    %0 = input float32 [2, 4, 6] ""
    %1 = input float32 [2, 4, 6] ""
    %2 = input float32 [4, 4, 3] ""
    %3 = convolution(%0, %2)" + same + R"( : float32 [2, 4, 6]
    %4 = add(%3, %1) : float32 [2, 4, 6]
    output %4
    output %4
  })
%4 = %3[1] : float32 [5, 2, 4, 6]
output %4
)"),
            R"(
%0 = input float32 [2, 4, 6] "h"
%1 = input float32 [5, 2, 4, 6] "xs"
%2 = input float32 [4, 4, 3] "w"
%3 = transpose(%0, axes=[0, 2, 1]) : float32 [2, 6, 4]
%4 = transpose(%1, axes=[0, 1, 3, 2]) : float32 [5, 2, 6, 4]
%5 = scan(%3, %4, %2, carries=1, sequences=1, length=5, reverse=false, body={
    %0 = input float32 [2, 6, 4] ""
    %1 = input float32 [2, 6, 4] ""
    %2 = input float32 [4, 4, 3] ""
    %3 = transpose(%0, axes=[0, 2, 1]) : float32 [2, 4, 6]
    %4 = convolution(%3, %2)" + same + R"( : float32 [2, 4, 6]
    %5 = transpose(%1, axes=[0, 2, 1]) : float32 [2, 4, 6]
    %6 = add(%4, %5) : float32 [2, 4, 6]
    %7 = transpose(%6, axes=[0, 2, 1]) : float32 [2, 6, 4]
    %8 = transpose(%6, axes=[0, 2, 1]) : float32 [2, 6, 4]
    output %7
    output %8
  })
%6 = %5[1] : float32 [5, 2, 6, 4]
%7 = transpose(%6, axes=[0, 1, 3, 2]) : float32 [5, 2, 4, 6]
output %7
)");
}

}  // namespace
}  // namespace lamina
