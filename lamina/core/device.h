// Where an array's memory lies and its work is done.
#pragma once

#include <cstdint>
#include <string>

#include "lamina/base/text.h"

namespace lamina {

struct Device {
  enum class Type : uint8_t { Cpu };
  Type type = Type::Cpu;
  int index = 0;
  friend bool operator==(const Device&, const Device&) = default;
};

inline void append(std::string& out, const Device& d) {
  out += "cpu";
  if (d.index != 0) out += text(":", d.index);
}

}  // namespace lamina
