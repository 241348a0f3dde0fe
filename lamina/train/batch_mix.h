// Batches of mixed examples: targets become probabilities of classes, which cross_entropy takes.
//
//   trainer.fit(data, {.epochs = 10, .transform = train::Mixup({.alpha = 0.2, .classes = 10})});
#pragma once

#include "lamina/data/dataset.h"

namespace lamina::train {

struct MixOptions {
  double alpha = 0.2;   // of the Beta(alpha, alpha) that the share is drawn from
  int64_t classes = 0;  // of integer targets; others are mixed as they are
};

// Each example and another of its batch, weighted: share * a + (1 - share) * b (Zhang et al. 2018).
class Mixup {
 public:
  explicit Mixup(MixOptions options = {});
  data::Batch operator()(data::Batch batch) const;

 private:
  MixOptions options_;
};

// A rectangle of each picture [N, channels, height, width] from another of its batch; the target is
// mixed by area (Yun et al. 2019).
class CutMix {
 public:
  explicit CutMix(MixOptions options = {.alpha = 1});
  data::Batch operator()(data::Batch batch) const;

 private:
  MixOptions options_;
};

}  // namespace lamina::train
