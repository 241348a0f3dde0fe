// scale_shift(x, center, scale, shift) = (x - center) * scale + shift per channel. The center comes
// off first: x * scale - center * scale would cancel where the mean is large. With channel_moments
// it is batch_norm. With 16-bit x the others are float32, in which it is computed.
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/channel_axes.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/normalization.h"
#include "lamina/ops/reduction.h"

namespace lamina {

struct ScaleShift {
  static constexpr auto name = "scale_shift";
  static constexpr const char* inputs[] = {"x", "center", "scale", "shift"};
  static void infer(Inference& c) {
    const Shape& x = c.shape(0);
    if (x.rank() < 2) throw c.error<ShapeError>("expected x [N, C, ..], got ", x);
    if (!is_floating(c.dtype(0)))
      throw c.error<DTypeError>("expected floating-point numbers, got ", c.dtype(0));
    const DType dtype = computed_type(c.dtype(0));
    for (int i = 1; i < 4; ++i) {
      if (!(c.shape(i) == Shape{x[1]})) {
        throw c.error<ShapeError>("expected ", inputs[i], " [", x[1],
                                  "], one entry per channel of ", x, ", got ", c.shape(i));
      }
      if (c.dtype(i) != dtype) {
        throw c.error<DTypeError>("expected ", inputs[i], " of ", dtype, ", got ", c.dtype(i));
      }
    }
    c.output(c.dtype(0), x);
  }
  static void gradient(Context& c) {
    const Array x = c.input(0), g = widened(c.cotangent());
    const Axes axes = all_but_channels(x.ndim());
    if (c.wants(0)) c.give(0, g * per_channel(c.input(2), x.ndim()));
    if (c.wants(2)) c.give(2, sum(g * (x - per_channel(c.input(1), x.ndim())), {.axis = axes}));
    if (!c.wants(1) && !c.wants(3)) return;
    Array total = sum(g, {.axis = axes});
    if (c.wants(1)) c.give(1, -c.input(2) * total);
    if (c.wants(3)) c.give(3, total);
  }
  static Array decompose(Context& c) {
    const Array x = c.input(0);
    const int rank = x.ndim();
    return astype((x - per_channel(c.input(1), rank)) * per_channel(c.input(2), rank) +
                      per_channel(c.input(3), rank),
                  x.dtype());
  }
  static void samples(Samples& s) {
    s.call({{4, 3}, {3}, {3}, {3}})
        .call({{2, 3, 4, 5}, {3}, {3}, {3}})
        .call({{0, 3}, {3}, {3}, {3}})
        .call({SampleInput({2, 3, 4}, bfloat16), {3}, {3}, {3}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{4, 3}, {3}, {2}, {3}}, "expected scale [3], one entry per channel of [4, 3], got [2]");
    s.call({{4}, {3}, {3}, {3}}, "expected x [N, C, ..]");
    s.call({{4, 3}, {3}, SampleInput({3}, float64), {3}}, "expected scale of float32");
  }
  static constexpr auto doc =
      "(x - center) * scale + shift, per channel.\n"
      ">>> one = lm.array([1.0])\n>>> lm.scale_shift(lm.array([[1.0], [3.0]]), one, one, "
      "one)\n[[1],\n [3]]";
};
LAMINA_OP(ScaleShift)

Array scale_shift(Array x, Array center, Array scale, Array shift) {
  return record(ops::op_ScaleShift(), {}, std::move(x), std::move(center), std::move(scale),
                std::move(shift));
}

}  // namespace lamina
