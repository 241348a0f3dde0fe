// The attributes of attention, which kernels read.
#pragma once

namespace lamina {

struct AttentionAttributes {
  bool is_causal = false;
  template <class V>
  void fields(V&& v) {
    v("is_causal", is_causal);
  }
};

}  // namespace lamina
