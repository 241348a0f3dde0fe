// The attributes of attention and of its gradient, which kernels read.
#pragma once

namespace lamina {

struct AttentionAttributes {
  bool is_causal = false;
  template <class V>
  void fields(V&& v) {
    v("is_causal", is_causal);
  }
};

// The outputs are the gradients that are wanted, in this order.
struct AttentionGradientAttributes {
  bool is_causal = false;
  bool query = true, key = true, value = true, scale = false, mask = false;
  template <class V>
  void fields(V&& v) {
    v("is_causal", is_causal), v("query", query), v("key", key), v("value", value);
    v("scale", scale), v("mask", mask);
  }
};

}  // namespace lamina
