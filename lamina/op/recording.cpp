#include "lamina/op/recording.h"

#include "lamina/base/environment.h"
#include "lamina/base/intern.h"

namespace lamina {

Recording& recording() {
  thread_local constinit Recording state;
  return state;
}

PendingLimits& pending_limits() {
  static PendingLimits limits = [] {
    PendingLimits l;
    l.nodes = environment::integer("LAMINA_PENDING_NODES", l.nodes, 1);
    l.bytes = environment::integer("LAMINA_PENDING_BYTES", l.bytes, 1);
    return l;
  }();
  return limits;
}

// Paths are few (one per module) and nodes refer to them after the module is gone, so they are kept.
OriginScope::OriginScope(std::string_view path) : before_(recording().origin) {
  recording().origin = intern(path);
}

}  // namespace lamina
