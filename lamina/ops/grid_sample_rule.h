// What grid_sample is asked for: for the op and its kernels.
#pragma once

#include <cstdint>

namespace lamina {

enum class Sampling : int64_t { Linear, Nearest, Cubic };
enum class Outside : int64_t { Zeros, Border, Reflection };

struct GridSampleAttributes {
  int64_t mode = 0, padding = 0;  // Sampling, Outside
  bool align_corners = false;
  template <class V>
  void fields(V&& v) {
    v("mode", mode), v("padding", padding), v("align_corners", align_corners);
  }
};

}  // namespace lamina
