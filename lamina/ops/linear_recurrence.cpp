// linear_recurrence(a, b): y[i] = a[i] y[i - 1] + b[i], with y[-1] = 0; reversed, y[i] = a[i] y[i +
// 1] + b[i]. Its gradient is the same recurrence from the other end: with h[i] = g[i] + a[i + 1]
// h[i + 1] the cotangent of b is h and that of a is h[i] y[i - 1]. Cumulative sums are its case a =
// 1.
#include "lamina/base/error.h"
#include "lamina/op/samples.h"
#include "lamina/ops/axis_lines.h"
#include "lamina/ops/cumulative.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina {

struct LinearRecurrence {
  static constexpr auto name = "linear_recurrence";
  static constexpr const char* inputs[] = {"a", "b"};
  using Attributes = RecurrenceAttributes;
  static void infer(Inference& c) {
    const int64_t axis = c.attributes<Attributes>().axis;
    if (axis < 0 || axis >= c.shape(0).rank())
      throw c.error<IndexError>("axis ", axis, " does not fit ", c.shape(0));
    if (!(c.shape(0) == c.shape(1))) throw c.error<ShapeError>("expected a and b of one shape");
    if (c.dtype(0) != c.dtype(1) || !is_floating(c.dtype(0)))
      throw c.error<DTypeError>("expected a and b of one floating-point type");
    c.output(c.dtype(0), c.shape(0));
  }
  static void gradient(Context& c) {
    const auto& attributes = c.attributes<Attributes>();
    const int axis = static_cast<int>(attributes.axis);
    const bool reverse = attributes.reverse;
    Array next = reverse ? shift_later(c.input(0), axis) : shift_earlier(c.input(0), axis);
    const Array h =
        linear_recurrence(std::move(next), c.cotangent(), {.axis = axis, .reverse = !reverse});
    if (c.wants(0)) {
      c.give(0, h * (reverse ? shift_earlier(c.output(), axis) : shift_later(c.output(), axis)));
    }
    if (c.wants(1)) c.give(1, h);
  }
  static void reference(Reference& r) {
    const auto a = r.input(0), b = r.input(1), y = r.output();
    const auto& attributes = r.attributes<Attributes>();
    const int axis = static_cast<int>(attributes.axis);
    const AxisLines factors(a, axis), terms(b, axis), to(y, axis);
    dispatch(y.dtype(), [&](auto zero) {
      using T = decltype(zero);
      for (int64_t line = 0; line < to.count(); ++line) {
        const T *factor = factors.at<const T>(line), *term = terms.at<const T>(line);
        T* out = to.at<T>(line);
        double value = 0;
        for (int64_t k = 0; k < to.size(); ++k) {
          const int64_t i = attributes.reverse ? to.size() - 1 - k : k;
          const double before =
              k == 0 ? 0 : static_cast<double>(factor[i * factors.step()]) * value;
          value = before + static_cast<double>(term[i * terms.step()]);
          out[i * to.step()] = static_cast<T>(value);
        }
      }
    });
  }
  static void samples(Samples& s) {
    s.call({{5}, {5}}, Attributes{0}).call({{5}, {5}}, Attributes{0, true});
    s.call({{3, 4}, {3, 4}}, Attributes{0}).call({{2, 4, 3}, {2, 4, 3}}, Attributes{1, true});
    s.call({{0, 3}, {0, 3}}, Attributes{0}).call({{1}, {1}}, Attributes{0});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{3}, {2}}, Attributes{0}, "a and b of one shape")
        .call({{3}, {3}}, Attributes{1}, "axis 1");
    s.call({SampleInput({3}, int32), SampleInput({3}, int32)}, Attributes{0},
           "floating-point type");
  }
  static constexpr auto doc =
      "y[i] = a[i] y[i - 1] + b[i] along an axis.\n"
      ">>> lm.linear_recurrence(lm.array([0.0, 2.0, 2.0]), lm.array([1.0, 1.0, 1.0]))\n[1, 3, 7]";
};
LAMINA_OP(LinearRecurrence)

Array linear_recurrence(Array a, Array b, RecurrenceOptions options) {
  if (!a || !b) throw StateError(text("linear_recurrence: ", a ? "b" : "a", " is an empty Array"));
  const Shape shape = broadcast_shapes(a.shape(), b.shape(), "linear_recurrence");
  const IntList sizes(shape.begin(), shape.end());
  DType dtype = promote(a.dtype(), b.dtype());
  if (!is_floating(dtype)) dtype = float32;
  const int axis = normalize_axis(options.axis, shape.rank(), "linear_recurrence: axis");
  return record(ops::op_LinearRecurrence(),
                make_attributes(LinearRecurrence::Attributes{axis, options.reverse}),
                broadcast_to(astype(std::move(a), dtype), sizes),
                broadcast_to(astype(std::move(b), dtype), sizes));
}

}  // namespace lamina
