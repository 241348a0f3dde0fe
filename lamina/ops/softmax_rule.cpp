#include "lamina/ops/softmax_rule.h"

#include "lamina/base/error.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/softmax_attributes.h"

namespace lamina {

void infer_softmax(Inference& c) {
  const int64_t axis = c.attributes<SoftmaxAttributes>().axis;
  if (axis < 0 || axis >= c.shape(0).rank())
    throw c.error<IndexError>("axis ", axis, " does not fit ", c.shape(0));
  if (!is_floating(c.dtype(0)))
    throw c.error<DTypeError>("expected floating-point numbers, got ", c.dtype(0));
  c.output(c.dtype(0), c.shape(0));
}

void softmax_samples(Samples& s) {
  s.call({{2, 3}}, SoftmaxAttributes{1})
      .call({{2, 3}}, SoftmaxAttributes{0})
      .call({{1}}, SoftmaxAttributes{0});
  s.call({{2, 3, 4}}, SoftmaxAttributes{1}).call({{0, 3}}, SoftmaxAttributes{1});
  s.call({SampleInput({3, 5}, float32, -1e4, 1e4)}, SoftmaxAttributes{1})
      .call({{7, 300}}, SoftmaxAttributes{1});
}

void softmax_bad_samples(BadSamples& s) {
  s.call({{2, 3}}, SoftmaxAttributes{2}, "axis 2 does not fit")
      .call({Shape{}}, SoftmaxAttributes{0}, "axis 0");
  s.call({SampleInput({2, 3}, int32)}, SoftmaxAttributes{1}, "expected floating-point numbers");
}

Array record_softmax(const Op& op, Array x, int axis) {
  if (!x) throw StateError(text(op.name, ": x is an empty Array"));
  const int place = normalize_axis(axis, x.ndim(), text(op.name, ": axis"));
  if (!is_floating(x.dtype())) x = astype(std::move(x), float32);
  return record(op, make_attributes(SoftmaxAttributes{place}), std::move(x));
}

}  // namespace lamina
