// Two layouts of one shape, reduced to the fewest axes that describe both.
#pragma once

#include <vector>

#include "lamina/core/shape.h"

namespace lamina::backend {

struct CopyPlan {
  struct Axis {
    int64_t size, from, to;  // strides of the input and of the output
  };
  std::vector<Axis> axes;  // at least one; in the order of the output's memory, outermost first
  int64_t elements = 0;
  // The last axis has unit steps in the output; if true, the one before it has them in the input.
  bool plane = false;
};

CopyPlan copy_plan(const Shape& shape, const Strides& from, const Strides& to);

}  // namespace lamina::backend
