// softmax_cross_entropy(logits [.., C], labels [..]) = logsumexp(logits) - logits[label], per row. The second
// output, logsumexp, is what the gradient needs of the forward pass. Labels outside 0 .. C - 1 are reported.
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/softmax.h"

namespace lamina {

LAMINA_USE_OP(SoftmaxCrossEntropyGradient)

struct SoftmaxCrossEntropy {
  static constexpr auto name = "softmax_cross_entropy";
  static constexpr const char* inputs[] = {"logits", "labels"};
  static constexpr auto autocast = Autocast::Float32;
  static constexpr bool multiple = true;
  static constexpr bool checks_values = true;
  static void infer(Inference& c) {
    const Shape& logits = c.shape(0);
    if (!is_floating(c.dtype(0))) {
      throw c.error<DTypeError>("expected floating-point logits, got ", c.dtype(0));
    }
    if (!is_integer(c.dtype(1))) {
      throw c.error<DTypeError>("expected labels of an integer type, got ", c.dtype(1));
    }
    if (logits.rank() < 1) throw c.error<ShapeError>("expected logits [.., classes], got ", logits);
    Shape rows = logits;
    rows.pop_back();
    if (!(c.shape(1) == rows)) {
      throw c.error<ShapeError>("expected labels ", rows, " for logits ", logits, ", got ", c.shape(1));
    }
    c.output(c.dtype(0), rows);
    c.output(c.dtype(0), rows);
  }
  static void gradient(Context& c) {
    if (!c.wants(0)) return;
    const Array logits = c.input(0), lse = c.output(1);
    Array result;
    if (c.has_cotangent(0)) {
      result = record(ops::op_SoftmaxCrossEntropyGradient(), {}, logits, c.input(1), lse, c.cotangent(0));
    }
    if (c.has_cotangent(1)) {
      Array part = exp(logits - expand_dims(lse, -1)) * expand_dims(c.cotangent(1), -1);
      result = result ? result + part : part;
    }
    c.give(0, result);
  }
  static std::vector<Array> decompose(Context& c) {
    const Array logits = c.input(0);
    Array most = max(logits, {.axis = -1, .keepdims = true});
    Array lse = log(sum(exp(logits - most), {.axis = -1})) + squeeze(most, {-1});
    Array chosen = one_hot(c.input(1), logits.shape(-1), bool_);
    Array picked = sum(where(chosen, logits, 0.0), {.axis = -1});
    return {lse - picked, lse};
  }
  static void samples(Samples& s) {
    s.call({{4, 3}, SampleInput({4}, int64, 0, 2)}).call({{2, 3, 5}, SampleInput({2, 3}, int32, 0, 4)});
    s.call({{5}, SampleInput(Shape{}, int64, 0, 4)}).call({{0, 3}, SampleInput({0}, int64, 0, 2)});
    s.call({SampleInput({3, 4}, float32, -1e4, 1e4), SampleInput({3}, int64, 0, 3)});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{4, 3}, SampleInput({3}, int64, 0, 2)}, "expected labels [4] for logits [4, 3], got [3]");
    s.call({{4, 3}, {4}}, "expected labels of an integer type, got float32");
    s.call({Shape{}, SampleInput(Shape{}, int64)}, "expected logits [.., classes]");
  }
  static constexpr auto doc =
      "Per row, -log(softmax(logits)) at the label, and logsumexp(logits).\n"
      ">>> lm.softmax_cross_entropy(lm.array([[0.0, 0.0]]), lm.array([1]))[0]\n[0.693147]";
};
LAMINA_OP(SoftmaxCrossEntropy)

SoftmaxCrossEntropyResult softmax_cross_entropy(Array logits, Array labels) {
  Array inputs[] = {std::move(logits), std::move(labels)};
  std::vector<Array> outputs = record_multiple(ops::op_SoftmaxCrossEntropy(), inputs);
  return {std::move(outputs[0]), std::move(outputs[1])};
}

}  // namespace lamina
