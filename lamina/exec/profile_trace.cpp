// The profile in Chrome's trace event format: one complete event ("X") for each kernel run and each
// program run, times in microseconds since the profiler's start.
#include "lamina/exec/profile.h"
#include "lamina/io/atomic_write.h"
#include "lamina/io/json.h"

namespace lamina {

void Profiler::save(const std::string& path) const {
  io::Json::Array events;
  {
    std::lock_guard lock(mutex_);
    for (const Event& e : events_) {
      io::Json event;
      const bool whole = e.row >= kProgram;
      event.set("name", whole ? "program" : rows_[e.row].what);
      event.set("cat", whole ? "program" : rows_[e.row].kernel);
      event.set("ph", "X").set("pid", 1).set("tid", e.thread);
      event.set("ts", (e.start - started_) * 1e6).set("dur", (e.end - e.start) * 1e6);
      io::Json arguments;
      if (whole) {
        arguments.set("tier", static_cast<int64_t>(e.row - kProgram));
      } else {
        const ProfileRow& row = rows_[e.row];
        const auto runs = static_cast<double>(row.runs);
        arguments.set("layer", row.layer).set("kernel", row.kernel).set("tier", row.tier);
        arguments.set("why", row.why).set("flops", row.flops / runs).set("bytes", row.bytes / runs);
      }
      event.set("args", std::move(arguments));
      events.push_back(std::move(event));
    }
  }
  io::Json trace;
  trace.set("traceEvents", std::move(events)).set("displayTimeUnit", "ms");
  io::Json other;
  other.set("dropped_events", dropped_events_);
  trace.set("otherData", std::move(other));
  io::atomic_write(path, trace.dump());
}

}  // namespace lamina
