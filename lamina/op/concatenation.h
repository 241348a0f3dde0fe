// The attribute of concatenate, which lowering reads to place its parts.
#pragma once

#include <cstdint>

namespace lamina {

struct ConcatenateAttributes {
  int64_t axis = 0;  // not negative
  template <class V>
  void fields(V&& v) {
    v("axis", axis);
  }
};

}  // namespace lamina
