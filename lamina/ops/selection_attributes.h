// The attributes of top_k and one_hot, for the kernels that read them.
#pragma once

#include "lamina/core/dtype.h"

namespace lamina {

struct TopKAttributes {
  int64_t k = 1;
  int64_t axis = 0;  // not negative
  template <class V>
  void fields(V&& v) {
    v("k", k), v("axis", axis);
  }
};

struct OneHotAttributes {
  int64_t classes = 1;
  DType dtype = DType::Float32;
  template <class V>
  void fields(V&& v) {
    v("classes", classes), v("dtype", dtype);
  }
};

}  // namespace lamina
