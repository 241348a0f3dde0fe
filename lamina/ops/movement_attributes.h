// The attributes of concatenate and pad, for the kernels that read them.
#pragma once

#include "lamina/core/shape.h"
#include "lamina/op/concatenation.h"

namespace lamina {

struct PadAttributes {
  IntList low, high;  // one entry per axis
  template <class V>
  void fields(V&& v) {
    v("low", low), v("high", high);
  }
};

}  // namespace lamina
