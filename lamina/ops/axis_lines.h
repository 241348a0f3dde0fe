// What sorting and cumulative ops share: the lines of an operand along one axis, read and written
// as the element type's own values.
#pragma once

#include <type_traits>
#include <vector>

#include "lamina/op/reference.h"
#include "lamina/ops/indexing_rule.h"

namespace lamina {

// What elements of type T are compared as.
template <class T>
using SortKey = std::conditional_t<
    std::is_same_v<T, bool>, uint8_t,
    std::conditional_t<std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>, float, T>>;

// Whether a stands before b. NaN counts as larger than any number, as in NumPy's sort; equal values
// keep their order.
template <class K>
bool sorts_before(K a, K b, bool descending) {
  if constexpr (std::is_floating_point_v<K>) {
    const bool a_nan = a != a, b_nan = b != b;
    if (a_nan || b_nan) return descending ? a_nan && !b_nan : b_nan && !a_nan;
  }
  return descending ? b < a : a < b;
}

class AxisLines {
 public:
  AxisLines(const ReferenceOperand& operand, int axis)
      : operand_(operand), split_(operand.shape(), axis), step_(operand.strides()[axis]) {}

  int64_t count() const {
    return split_.size == 0 ? 0 : split_.outer * split_.inner;
  }  // of lines with entries
  int64_t size() const { return split_.size; }

  // The elements of line `line` lie at at<T>(line)[i * step()].
  template <class T>
  T* at(int64_t line) const {
    const int64_t outer = line / split_.inner, inner = line % split_.inner;
    const int64_t first = outer * split_.size * split_.inner + inner;
    return reinterpret_cast<T*>(operand_.data()) + operand_.offset(first);
  }
  int64_t step() const { return step_; }

 private:
  ReferenceOperand operand_;
  AxisSplit split_;
  int64_t step_;
};

}  // namespace lamina
