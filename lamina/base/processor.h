// What the system says about the processor.
#pragma once

#include <string>

namespace lamina {

// A field of /proc/cpuinfo, of the first processor: "model name", "flags"; "unknown" without it.
std::string processor_field(const std::string& name);

inline std::string processor_name() { return processor_field("model name"); }

}  // namespace lamina
