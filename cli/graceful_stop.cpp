#include "cli/graceful_stop.h"

#include <unistd.h>

#include "lamina/train/trainer.h"

namespace cli {
namespace {

volatile std::sig_atomic_t interrupts = 0;

void interrupted(int) {
  if (interrupts > 0) _exit(130);
  interrupts = 1;
  const char text[] = "\nstopping after this batch; Ctrl-C again leaves at once\n";
  (void)!write(STDERR_FILENO, text, sizeof text - 1);
}

}  // namespace

GracefulStop::GracefulStop() {
  interrupts = 0;
  before_ = std::signal(SIGINT, interrupted);
}

GracefulStop::~GracefulStop() { std::signal(SIGINT, before_); }

bool GracefulStop::asked() { return interrupts > 0; }

void StopWhenAsked::on_train_batch_end(int64_t) {
  if (GracefulStop::asked()) trainer().stop_training(true);
}

}  // namespace cli
