#include "lamina/train/classification_metrics.h"
#include "lamina/train/regression_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/movement.h"

using namespace lamina;
using namespace lamina::train;
using testing::HasSubstr;

TEST(Metric, AccuracyCountsTheLargestScore) {
  const Array scores = array({{0.1, 0.9}, {0.8, 0.2}, {0.3, 0.7}});
  EXPECT_EQ(Accuracy().measure(scores, array({1, 1, 1}, int64)).item(), 2);
}

TEST(Metric, AccuracyOfSequencesIsAMeanPerExample) {
  const Array scores = reshape(array({1, 0, 0, 1, 1, 0, 1, 0}), {2, 2, 2});
  EXPECT_EQ(Accuracy().measure(scores, array({{0, 1}, {1, 0}}, int64)).item(), 1.5);
}

TEST(Metric, AccuracyRefusesWhatAreNoClasses) {
  try {
    Accuracy().measure(zeros({3, 2}), zeros({3, 2}));
    FAIL();
  } catch (const ShapeError& error) {
    EXPECT_THAT(error.what(), HasSubstr("integer classes"));
    EXPECT_THAT(error.what(), HasSubstr("float32 [3, 2]"));
  }
  EXPECT_THROW(Accuracy().measure(zeros({3, 2}), zeros({3})), ShapeError);
  EXPECT_THROW(Accuracy().measure(zeros({}), zeros({}, int64)), ShapeError);
}

TEST(Metric, ErrorsAreMeansOverTheElementsOfAnExample) {
  const Array prediction = array({{1, 2}, {3, 4}}), target = array({{1, 0}, {0, 4}});
  EXPECT_EQ(MeanSquaredError().measure(prediction, target).item(), 13.0 / 2);
  EXPECT_EQ(MeanAbsoluteError().measure(prediction, target).item(), 5.0 / 2);
  EXPECT_THROW(MeanSquaredError().measure(zeros({3, 1}), zeros({3})), ShapeError);
}
