// polygamma(n, x), the n-th derivative of digamma: (-1)^(n+1) n! times the sum of (x + k)^-(n+1) over k
// = 0, 1, ..: ten terms, and Euler and Maclaurin's formula for the rest from w = x + 10 on (as in
// Cephes' zeta), with s = n + 1: w^-n / n + w^-s / 2 + sum over j of B_2j / (2j)! s .. (s + 2j - 2)
// w^-(s + 2j - 1). Of order 1 at x < 0.5 it is pi^2 / sin^2(pi x) - polygamma(1, 1 - x).
#include <cmath>

#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/special.h"

namespace lamina {

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr int64_t kMostOrder = 30;  // beyond, n! is not exact in float64

// x^-s for s = n + 1, by squaring.
Array inverse_power(const Array& x, int64_t n) {
  Array base = 1.0 / x, result;
  for (int64_t s = n + 1; s > 0; s /= 2) {
    if (s % 2 == 1) result = result ? result * base : base;
    if (s > 1) base = square(base);
  }
  return result;
}

Array power_sum(const Array& x, int64_t n) {
  // (2j)! / B_2j
  static constexpr double kTerms[] = {12.0,
                                      -720.0,
                                      30240.0,
                                      -1209600.0,
                                      47900160.0,
                                      -1.8924375803183791606e9,
                                      7.47242496e10,
                                      -2.950130727918164224e12,
                                      1.1646782814350067249e14,
                                      -4.5979787224074726105e15};
  const auto s = static_cast<double>(n + 1);
  Array sum = inverse_power(x, n);
  for (int k = 1; k < 10; ++k) sum = sum + inverse_power(x + static_cast<double>(k), n);
  const Array w = x + 10.0, last = inverse_power(w, n), inverse = 1.0 / w;
  sum = sum + last * (w * (1.0 / static_cast<double>(n)) + 0.5);
  Array factor = last * s * inverse;
  for (int j = 0; j < 10; ++j) {
    sum = sum + factor * (1.0 / kTerms[j]);
    const double k = 2.0 * j + 1;
    factor = factor * ((s + k) * inverse) * ((s + (k + 1)) * inverse);
  }
  return sum;
}

}  // namespace

struct Polygamma {
  static constexpr auto name = "polygamma";
  static constexpr const char* inputs[] = {"x"};
  struct Attributes {
    int64_t order = 1;
    template <class V>
    void fields(V&& v) {
      v("order", order);
    }
  };
  static void infer(Inference& c) {
    const int64_t order = c.attributes<Attributes>().order;
    if (order < 1 || order > kMostOrder) {
      throw c.error<ValueError>("order must be from 0 to ", kMostOrder, ", got ", order);
    }
    if (!is_floating(c.dtype(0))) throw c.error<DTypeError>("expected floating-point numbers");
    c.output(c.dtype(0), c.shape(0));
  }
  static Array decompose(Context& c) {
    const Array& x = c.input(0);
    const int64_t n = c.attributes<Attributes>().order;
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    if (n > 1) {
      const double scale = (n % 2 == 1 ? 1 : -1) * std::tgamma(static_cast<double>(n + 1));
      return where(x > 0.0, scale * power_sum(x, n), nan);
    }
    const Array reflected = x < 0.5;
    const Array upper = power_sum(where(reflected, 1.0 - x, x), 1);
    const Array mirror = square(kPi / sin(kPi * (x - round(x)))) - upper;
    return where(reflected, mirror, upper);
  }
  static void samples(Samples& s) {
    s.call({SampleInput({2, 3}, float32, 0.6, 5)}, Attributes{1});
    s.call({SampleInput({2, 3}, float64, 0.6, 5)}, Attributes{2});
    s.call({SampleInput({3}, float64, -0.9, -0.1)}, Attributes{1});
    s.call({SampleInput(Shape{}, float64, 1, 2)}, Attributes{3}).call({{0, 3}}, Attributes{1});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{3}}, Attributes{-1}, "order must be from 0 to 30, got -1");
    s.call({{3}}, Attributes{31}, "order must be from 0 to 30, got 31");
    s.call({SampleInput({3}, int32)}, Attributes{1}, "floating-point numbers");
  }
  static constexpr auto doc =
      "The order-th derivative of digamma; for orders from 2 on x must be over 0.\n"
      ">>> lm.polygamma(1, lm.array([1.0]))\n[1.64493]";
};
LAMINA_OP(Polygamma)

Array polygamma(int64_t order, Array x) {
  require_arrays("polygamma", {{"x", x}});
  if (order == 0) return digamma(std::move(x));
  return record(ops::op_Polygamma(), make_attributes(Polygamma::Attributes{order}),
                as_floating(std::move(x)));
}

}  // namespace lamina
