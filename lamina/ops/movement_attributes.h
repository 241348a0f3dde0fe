// The attributes of concatenate and pad, for the kernels that read them.
#pragma once

#include "lamina/core/shape.h"

namespace lamina {

struct ConcatenateAttributes {
  int64_t axis = 0;  // not negative
  template <class V>
  void fields(V&& v) {
    v("axis", axis);
  }
};

struct PadAttributes {
  IntList low, high;  // one entry per axis
  template <class V>
  void fields(V&& v) {
    v("low", low), v("high", high);
  }
};

}  // namespace lamina
