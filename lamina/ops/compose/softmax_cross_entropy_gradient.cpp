// softmax_cross_entropy_gradient(logits, labels, logsumexp, cotangent) =
// (e^(logits - logsumexp) - one_hot(labels)) * cotangent: one pass over the logits. Its own
// gradient is that of the formula.
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/softmax.h"

namespace lamina {

struct SoftmaxCrossEntropyGradient {
  static constexpr auto name = "softmax_cross_entropy_gradient";
  static constexpr const char* inputs[] = {"logits", "labels", "logsumexp", "cotangent"};
  static constexpr bool checks_values = true;
  static void infer(Inference& c) {
    Shape rows = c.shape(0);
    if (rows.rank() < 1) throw c.error<ShapeError>("expected logits [.., classes], got ", rows);
    rows.pop_back();
    for (int i = 1; i < 4; ++i) {
      if (c.shape(i) == rows) continue;
      throw c.error<ShapeError>("expected one entry per row, ", rows, ", got ", c.shape(i));
    }
    if (!is_integer(c.dtype(1))) {
      throw c.error<DTypeError>("expected labels of an integer type, got ", c.dtype(1));
    }
    if (!is_floating(c.dtype(0)) || c.dtype(2) != c.dtype(0) || c.dtype(3) != c.dtype(0)) {
      throw c.error<DTypeError>("expected logits, logsumexp and cotangent of one floating-point type, got ",
                                c.dtype(0), ", ", c.dtype(2), " and ", c.dtype(3));
    }
    c.output(c.dtype(0), c.shape(0));
  }
  static Array decompose(Context& c) {
    const Array logits = c.input(0);
    Array chosen = one_hot(c.input(1), logits.shape(-1), bool_);
    Array p = exp(logits - expand_dims(c.input(2), -1));
    return where(chosen, p - 1.0, p) * expand_dims(c.input(3), -1);
  }
  static void samples(Samples& s) {
    s.call({{4, 3}, SampleInput({4}, int64, 0, 2), {4}, {4}});
    s.call({{2, 3, 5}, SampleInput({2, 3}, int32, 0, 4), {2, 3}, {2, 3}});
    s.call({{0, 3}, SampleInput({0}, int64, 0, 2), {0}, {0}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{4, 3}, SampleInput({4}, int64, 0, 2), {3}, {4}}, "expected one entry per row, [4], got [3]");
    s.call({{4, 3}, {4}, {4}, {4}}, "expected labels of an integer type");
  }
  static constexpr auto doc = "The gradient of softmax_cross_entropy with respect to its logits.";
};
LAMINA_OP(SoftmaxCrossEntropyGradient)

}  // namespace lamina
