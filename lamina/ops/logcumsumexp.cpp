// logcumsumexp(x): y[i] = log(sum over j <= i of e^x[j]), with the greatest term so far taken out,
// so that nothing overflows.
//
// The gradient of x[j] is e^x[j] times the sum over i >= j of g[i] e^-y[i], whose terms may
// overflow where their product with e^x[j] would not. So the sums of the positive and of the
// negative cotangents are kept as logarithms: both are logcumsumexp from the other end.
#include <cmath>
#include <limits>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing_rule.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/running.h"

namespace lamina {

struct LogCumSumExp {
  static constexpr auto name = "logcumsumexp";
  static constexpr const char* inputs[] = {"x"};
  static constexpr auto autocast = Autocast::Float32;
  using Attributes = AxisAttributes;
  static void infer(Inference& c) {
    const int64_t axis = c.attributes<Attributes>().axis;
    if (axis < 0 || axis >= c.shape(0).rank()) {
      throw c.error<IndexError>("axis ", axis, " does not fit ", c.shape(0));
    }
    if (!is_floating(c.dtype(0))) {
      throw c.error<DTypeError>("expected floating-point numbers, got ", c.dtype(0));
    }
    c.output(c.dtype(0), c.shape(0));
  }
  static void gradient(Context& c) {
    const int axis = static_cast<int>(c.attributes<Attributes>().axis);
    const Array g = c.cotangent(), x = c.input(0), y = c.output();
    constexpr double kNothing = -std::numeric_limits<double>::infinity();
    auto part = [&](const Array& share) {
      const Array some = share > 0.0;
      const Array size = where(some, log(where(some, share, 1.0)) - y, kNothing);
      const Array sums = flip(logcumsumexp(flip(size, {axis}), axis), {axis});
      return exp(where(sums == kNothing, kNothing, sums + x));
    };
    c.give(0, part(g) - part(-g));
  }
  static void reference(Reference& r) {
    const auto x = r.input(0), y = r.output();
    const AxisSplit split(x.shape(), static_cast<int>(r.attributes<Attributes>().axis));
    for (int64_t line = 0; line < split.outer * split.inner; ++line) {
      const int64_t first = line / split.inner * split.size * split.inner + line % split.inner;
      double most = -std::numeric_limits<double>::infinity(), rest = 0;  // sum = rest * e^most
      for (int64_t i = 0; i < split.size; ++i) {
        const double value = x.real(first + i * split.inner);
        if (value > most) {
          rest = std::isinf(most) ? rest + 1 : rest * std::exp(most - value) + 1;  // keeps NaN
          most = value;
        } else if (!(value == -std::numeric_limits<double>::infinity())) {
          rest += value == most ? 1 : std::exp(value - most);
        }
        y.set_real(first + i * split.inner, most + std::log(rest));
      }
    }
  }
  static void samples(Samples& s) {
    s.call({{2, 5}}, Attributes{1}).call({{4, 2, 3}}, Attributes{0}).call({{2, 0}}, Attributes{1});
    s.call({SampleInput({6}, float32, -80, 80)}, Attributes{0}).call({{1}}, Attributes{0});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}}, Attributes{2}, "axis 2 does not fit [2, 3]");
    s.call({SampleInput({3}, int32)}, Attributes{0}, "expected floating-point numbers");
  }
  static constexpr auto doc =
      "log(sum(e^x)) up to each place along an axis.\n"
      ">>> lm.logcumsumexp(lm.array([0.0, 0.0]))\n[0, 0.693147]";
};
LAMINA_OP(LogCumSumExp)

Array logcumsumexp(Array x, int axis) {
  if (!x) throw StateError("logcumsumexp: x is an empty Array");
  if (!is_floating(x.dtype())) x = astype(std::move(x), float32);
  const int place = normalize_axis(axis, x.ndim(), "logcumsumexp: axis");
  return record(ops::op_LogCumSumExp(), make_attributes(AxisAttributes{place}), std::move(x));
}

}  // namespace lamina
