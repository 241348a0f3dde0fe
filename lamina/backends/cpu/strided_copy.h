// The one engine that moves elements between layouts: a copy kernel, the pieces of concatenate,
// pad and slice_update, conversions between layouts. Steps of 0 repeat an element, negative ones
// go backwards.
#pragma once

#include <cstddef>

#include "lamina/backends/cpu/copy_plan.h"
#include "lamina/core/dtype.h"

namespace lamina::cpu {

class StridedCopy {
 public:
  StridedCopy(DType dtype, const Shape& shape, const Strides& from, const Strides& to, int threads)
      : plan_(backend::copy_plan(shape, from, to)), item_(size_of(dtype)), threads_(threads) {}

  // From and to are the addresses of the first elements; nothing is done where they are the same
  // and so are the layouts.
  void run(const std::byte* from, std::byte* to) const;
  // Both sides are one contiguous run: the copy may be left out if the memory is the same.
  bool one_run() const {
    return plan_.axes.size() == 1 && plan_.axes[0].from == 1 && plan_.axes[0].to == 1;
  }
  bool empty() const { return plan_.elements == 0; }

 private:
  backend::CopyPlan plan_;
  size_t item_;
  int threads_;
};

}  // namespace lamina::cpu
