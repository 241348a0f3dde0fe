// The family of argmax and argmin: the position of the first extreme value along one axis. A NaN
// counts as the extreme, as in NumPy, so that the position is that of the value max and min give.
#pragma once

#include <optional>

#include "lamina/op/op.h"
#include "lamina/op/reference.h"
#include "lamina/op/samples.h"
#include "lamina/ops/reduction.h"

namespace lamina {

struct ArgAttributes {
  int64_t axis = 0;
  bool keepdims = false;
  template <class V>
  void fields(V&& v) {
    v("axis", axis), v("keepdims", keepdims);
  }
};

void infer_arg(Inference& c);
void reference_arg(Reference& r, bool largest);
// Without an axis, over the flattened array.
Array record_arg(const Op& op, Array x, const ArgOptions& options);

template <bool kLargest>
struct ArgReduction {
  static constexpr const char* inputs[] = {"x"};
  using Attributes = ArgAttributes;
  static constexpr auto no_gradient = "a position is an integer";
  static void infer(Inference& c) { infer_arg(c); }
  static void reference(Reference& r) { reference_arg(r, kLargest); }
  static void samples(Samples& s) {
    s.call({SampleInput{5}.separated()}, Attributes{0})
        .call({SampleInput{2, 3}.separated()}, Attributes{1});
    s.call({SampleInput{3, 4, 5}.separated()}, Attributes{1, true}).call({{0, 3}}, Attributes{1});
    s.call({SampleInput({4, 6}, int32)}, Attributes{0})
        .call({SampleInput({4, 6}, bool_)}, Attributes{1});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}}, Attributes{2}, "axis 2").call({{2, 0}}, Attributes{1}, "no elements");
  }
};

}  // namespace lamina
