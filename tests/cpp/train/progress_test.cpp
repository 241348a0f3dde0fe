#include "lamina/train/progress.h"

#include <gtest/gtest.h>

using namespace lamina::train;

TEST(Progress, ShowsEpochsInOneLine) {
  const ProgressOptions options{.epoch = 3, .epochs = 10, .examples = 1437};
  EXPECT_EQ(epoch_line(options, {{"loss", 0.12345}, {"accuracy", 1}}, 1.24),
            "epoch  3/10  loss 0.1235  accuracy 1.0000    1.2 s");
  EXPECT_EQ(epoch_line(options, {{"loss", 0.12345}}, 0.0274), "epoch  3/10  loss 0.1235    27 ms");
  EXPECT_EQ(epoch_line({.epoch = 3, .epochs = 10, .columns = 30}, {{"loss", 0.12345}}, 0.0274),
            "epoch  3/10  loss 0.1235");
}

TEST(Progress, ShowsRateAndTimeLeft) {
  const ProgressOptions options{.epoch = 1, .epochs = 2, .examples = 200};
  EXPECT_EQ(bar_line(options, 50, 25, 0.5),
            "epoch 1/2  [======>                 ]  25%  50/200  2/s  1:15 left  loss 0.5000");
  EXPECT_EQ(bar_line(options, 200, 100, 0.5),
            "epoch 1/2  [========================] 100%  200/200  2/s  0:00 left  loss 0.5000");
}

TEST(Progress, FitsIntoTheTerminal) {
  for (int columns : {20, 60, 70, 80}) {
    const ProgressOptions options{.epoch = 1, .epochs = 2, .examples = 200, .columns = columns};
    EXPECT_LT(bar_line(options, 50, 25, 0.5).size(), static_cast<size_t>(columns));
  }
  EXPECT_EQ(bar_line({.epoch = 1, .epochs = 2, .examples = 200, .columns = 70}, 50, 25, 0.5),
            "epoch 1/2  [===>          ]  25%  50/200  2/s  1:15 left  loss 0.5000");
}
