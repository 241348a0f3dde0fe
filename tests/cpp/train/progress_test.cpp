#include "lamina/train/progress.h"

#include <gtest/gtest.h>

using namespace lamina::train;

TEST(Progress, ShowsEpochsInOneLine) {
  const ProgressOptions options{.epoch = 3, .epochs = 10, .examples = 1437};
  EXPECT_EQ(epoch_line(options, {{"loss", 0.12345}, {"accuracy", 1}}, 1.24),
            "epoch  3/10  loss 0.1235  accuracy 1.0000  1.2 s");
}

TEST(Progress, ShowsRateAndTimeLeft) {
  const ProgressOptions options{.epoch = 1, .epochs = 2, .examples = 200};
  EXPECT_EQ(bar_line(options, 50, 25, 0.5),
            "epoch 1/2  [======>                 ]  25%  50/200  2/s  1:15 left  loss 0.5000");
  EXPECT_EQ(bar_line(options, 200, 100, 0.5),
            "epoch 1/2  [========================] 100%  200/200  2/s  0:00 left  loss 0.5000");
}
