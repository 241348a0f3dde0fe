// The attributes of softmax and log_softmax.
#pragma once

#include <cstdint>

namespace lamina {

struct SoftmaxAttributes {
  int64_t axis = 0;  // not negative
  template <class V>
  void fields(V&& v) {
    v("axis", axis);
  }
};

}  // namespace lamina
