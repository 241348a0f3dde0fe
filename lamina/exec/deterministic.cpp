#include "lamina/exec/deterministic.h"

#include <atomic>

#include "lamina/base/environment.h"

namespace lamina {
namespace {

std::atomic<bool>& setting() {
  static std::atomic<bool> on{environment::flag("LAMINA_DETERMINISTIC")};
  return on;
}

}  // namespace

void set_deterministic(bool on) { setting().store(on, std::memory_order_relaxed); }
bool is_deterministic() { return setting().load(std::memory_order_relaxed); }

}  // namespace lamina
