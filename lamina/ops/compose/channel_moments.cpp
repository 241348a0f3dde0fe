// channel_moments(x): mean and variance of x [N, C, ..] over all axes but 1. Two passes: the
// variance is the mean of squared distances, so it loses nothing when the mean is large. Gradient:
// gm / n + gv * 2 (x - mean) / n. Those of 16-bit floats are float32.
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/channel_axes.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/normalization.h"
#include "lamina/ops/reduction.h"

namespace lamina {

struct ChannelMoments {
  static constexpr auto name = "channel_moments";
  static constexpr const char* inputs[] = {"x"};
  static constexpr bool multiple = true;
  static void infer(Inference& c) {
    const Shape& x = c.shape(0);
    if (x.rank() < 2) throw c.error<ShapeError>("expected x [N, C, ..], got ", x);
    if (!is_floating(c.dtype(0)))
      throw c.error<DTypeError>("expected floating-point numbers, got ", c.dtype(0));
    const DType dtype = computed_type(c.dtype(0));
    c.output(dtype, {x[1]});
    c.output(dtype, {x[1]});
  }
  static void gradient(Context& c) {
    const Array x = c.input(0);
    const double share = 1.0 / static_cast<double>(x.size() / std::max<int64_t>(x.shape(1), 1));
    Array result;
    if (c.has_cotangent(1)) {
      Array distance = x - per_channel(c.output(0), x.ndim());
      result = per_channel(c.cotangent(1) * (2.0 * share), x.ndim()) * distance;
    }
    if (c.has_cotangent(0)) {
      Array even = per_channel(c.cotangent(0) * share, x.ndim());
      result =
          result ? result + even : broadcast_to(even, IntList(x.shape().begin(), x.shape().end()));
    }
    c.give(0, result);
  }
  static std::vector<Array> decompose(Context& c) {
    const Array x = widened(c.input(0));
    const Axes axes = all_but_channels(x.ndim());
    Array center = mean(x, {.axis = axes});
    Array var = mean(square(x - per_channel(center, x.ndim())), {.axis = axes});
    return {center, var};
  }
  static void samples(Samples& s) {
    s.call({{4, 3}}).call({{2, 3, 4, 5}}).call({{1, 2, 3}}).call({{5, 1, 2}});
    s.call({SampleInput({4, 3, 5}, bfloat16)});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{3}}, "expected x [N, C, ..], got [3]");
    s.call({SampleInput({2, 3}, int32)}, "expected floating-point numbers");
  }
  static constexpr auto doc =
      "Mean and variance over all axes but channels.\n"
      ">>> lm.channel_moments(lm.array([[1.0], [3.0]]))\n([2], [1])";
};
LAMINA_OP(ChannelMoments)

Moments channel_moments(Array x) {
  std::vector<Array> outputs = record_multiple(ops::op_ChannelMoments(), std::span(&x, 1));
  return {std::move(outputs[0]), std::move(outputs[1])};
}

}  // namespace lamina
