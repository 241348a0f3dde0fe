// Ctrl-C during a training. The first one asks it to end after the running batch, so that what was
// learnt can be kept; the second one leaves at once.
#pragma once

#include <csignal>

#include "lamina/train/callback.h"

namespace cli {

// While it lives, Ctrl-C is a question. One at a time.
class GracefulStop {
 public:
  GracefulStop();
  ~GracefulStop();
  GracefulStop(const GracefulStop&) = delete;
  static bool asked();

 private:
  void (*before_)(int);
};

// Ends the fit when that was asked.
class StopWhenAsked : public lamina::train::Callback {
 public:
  void on_train_batch_end(int64_t batch) override;
};

}  // namespace cli
