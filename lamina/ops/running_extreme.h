// The family of cummax and cummin.
#pragma once

#include "lamina/op/op.h"
#include "lamina/op/reference.h"
#include "lamina/op/samples.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/running.h"

namespace lamina {

void infer_running(Inference& c);
void gradient_running(Context& c);
void reference_running(Reference& r, bool largest);
RunningExtreme record_running(const Op& op, Array x, int axis);

template <bool kLargest>
struct RunningExtremeOp {
  static constexpr const char* inputs[] = {"x"};
  static constexpr bool multiple = true;
  using Attributes = AxisAttributes;
  static void infer(Inference& c) { infer_running(c); }
  static void gradient(Context& c) { gradient_running(c); }
  static void reference(Reference& r) { reference_running(r, kLargest); }
  static void samples(Samples& s) {
    s.call({SampleInput{2, 5}.separated()}, Attributes{1});
    s.call({SampleInput{4, 2, 3}.separated()}, Attributes{0});
    s.call({SampleInput({7}, int32)}, Attributes{0}).call({{2, 0}}, Attributes{1});
    s.call({SampleInput({3, 4}, uint64, 0, 5)}, Attributes{1});
    s.call({SampleInput({1, 4}, bool_)}, Attributes{1});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}}, Attributes{2}, "axis 2 does not fit [2, 3]");
    s.call({{2, 3}}, Attributes{-1}, "axis -1 does not fit [2, 3]");
  }
};

}  // namespace lamina
