#include "lamina/exec/compile_times.h"

#include <mutex>

#include "lamina/base/timer.h"

namespace lamina {
namespace {

struct Times {
  std::mutex mutex;
  std::map<std::string, double> seconds;
  double sum = 0;
};

Times& times() {
  static auto* instance = new Times;
  return *instance;
}

thread_local CompileStage* innermost = nullptr;

}  // namespace

std::map<std::string, double> compile_times() {
  std::lock_guard lock(times().mutex);
  return times().seconds;
}

double compile_seconds() {
  std::lock_guard lock(times().mutex);
  return times().sum;
}

CompileStage::CompileStage(std::string name)
    : name_(std::move(name)), started_(monotonic_seconds()), around_(innermost) {
  innermost = this;
}

CompileStage::~CompileStage() {
  const double all = monotonic_seconds() - started_;
  innermost = around_;
  if (around_) around_->inside_ += all;
  std::lock_guard lock(times().mutex);
  times().seconds[name_] += all - inside_;
  times().sum += all - inside_;
}

}  // namespace lamina
