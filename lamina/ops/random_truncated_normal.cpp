// random_truncated_normal(seed, counter, low, high): a standard normal draw given that it lies
// between low and high, by the inverse of the distribution function at one uniform draw (Wichura
// 1988, AS 241, 16 digits). Where both limits lie above 0 their mirror image is drawn, since the
// function is exact near 0 and not near 1; beyond 37 deviations, where it underflows, the tail is
// exponential.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/distributions.h"
#include "lamina/ops/number.h"
#include "lamina/ops/random_rule.h"

namespace lamina {

namespace {

double ratio(double x, const double (&top)[8], const double (&bottom)[8]) {
  double p = 0, q = 0;
  for (int k = 8; k-- > 0;) p = p * x + top[k], q = q * x + bottom[k];
  return p / q;
}

// The normal quantile of 0 < p < 1.
double quantile(double p) {
  constexpr double kTop[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                              1.9715909503065514427e+3, 1.3731693765509461125e+4,
                              4.5921953931549871457e+4, 6.7265770927008700853e+4,
                              3.3430575583588128105e+4, 2.5090809287301226727e+3};
  constexpr double kBottom[8] = {1.0,
                                 4.2313330701600911252e+1,
                                 6.8718700749205790830e+2,
                                 5.3941960214247511077e+3,
                                 2.1213794301586595867e+4,
                                 3.9307895800092710610e+4,
                                 2.8729085735721942674e+4,
                                 5.2264952788528545610e+3};
  constexpr double kMiddleTop[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                    5.76949722146069140550e0,  3.64784832476320460504e0,
                                    1.27045825245236838258e0,  2.41780725177450611770e-1,
                                    2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr double kMiddleBottom[8] = {1.0,
                                       2.05319162663775882187e0,
                                       1.67638483018380384940e0,
                                       6.89767334985100004550e-1,
                                       1.48103976427480074590e-1,
                                       1.51986665636164571966e-2,
                                       5.47593808499534494600e-4,
                                       1.05075007164441684324e-9};
  constexpr double kTailTop[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                  1.78482653991729133580e0,  2.96560571828504891230e-1,
                                  2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                  2.71155556874348757815e-5, 2.01033439929228813265e-7};
  constexpr double kTailBottom[8] = {1.0,
                                     5.99832206555887937690e-1,
                                     1.36929880922735805310e-1,
                                     1.48753612908506148525e-2,
                                     7.86869131145613259100e-4,
                                     1.84631831751005468180e-5,
                                     1.42151175831644588870e-7,
                                     2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) return q * ratio(0.180625 - q * q, kTop, kBottom);
  const double r = std::sqrt(-std::log(q < 0 ? p : 1 - p));
  const double x =
      r <= 5 ? ratio(r - 1.6, kMiddleTop, kMiddleBottom) : ratio(r - 5, kTailTop, kTailBottom);
  return q < 0 ? -x : x;
}

double distribution(double x) { return 0.5 * std::erfc(-x * std::numbers::sqrt2 / 2); }

double draw_between(RandomStream& stream, double low, double high) {
  if (!(low < high)) return low == high ? low : std::numeric_limits<double>::quiet_NaN();
  if (low > 0) return -draw_between(stream, -high, -low);
  const double first = distribution(low), last = distribution(high);
  const double u = stream.uniform();
  double x = quantile(first + (last - first) * u);
  if (high < -37) x = std::max(low, high + std::log(u) / -high);
  return std::min(std::max(x, low), high);
}

}  // namespace

struct RandomTruncatedNormal {
  static constexpr auto name = "random_truncated_normal";
  static constexpr const char* inputs[] = {"seed", "counter", "low", "high"};
  static constexpr bool random = true;
  static constexpr auto no_gradient = "a draw by rejection does not change smoothly";
  using Attributes = RandomParameterAttributes;
  static void infer(Inference& c) {
    infer_random_parameters(c);
    const DType dtype = c.outputs[0].dtype;
    if (!is_floating(dtype))
      throw c.error<DTypeError>("expected a floating-point dtype, got ", dtype);
  }
  static void reference(Reference& r) {
    const auto low = r.input(2), high = r.input(3), y = r.output();
    const Generator::State draw = draw_of(r);
    for (int64_t i = 0; i < y.elements(); ++i) {
      RandomStream stream(draw, i);
      y.set_real(i, draw_between(stream, low.real(i), high.real(i)));
    }
  }
  static void samples(Samples& s) {
    const SampleInput number = random_number_sample();
    s.call(
        {number, number, SampleInput({5, 3}, float32, -3, -1), SampleInput({5, 3}, float32, 0, 2)},
        Attributes{float32});
    s.call({number, number, SampleInput({4}, float64, 3, 4), SampleInput({4}, float64, 5, 9)},
           Attributes{float64});
    s.call({number, number, SampleInput({0, 2}), SampleInput({0, 2})}, Attributes{float32});
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput number = random_number_sample();
    s.call({number, number, {2}, {3}}, Attributes{float32}, "expected parameters of one shape");
    s.call({number, number, {2}, {2}}, Attributes{int32},
           "expected a floating-point dtype, got int32");
  }
  static constexpr auto doc =
      "The normal distribution between two limits, which count in deviations from the mean.\n"
      ">>> lm.random.truncated_normal((2, 3)).shape\n(2, 3)";
};
LAMINA_OP(RandomTruncatedNormal)

Array random_truncated_normal(IntList shape, Array low, Array high, Array mean, Array deviation,
                              DType dtype, Generator& generator) {
  Array standard = record_random_parameters(
      ops::op_RandomTruncatedNormal(), std::move(shape), {std::move(low), std::move(high)},
      make_attributes(RandomParameterAttributes{dtype}), generator);
  if (is_number(mean, 0) && is_number(deviation, 1)) return standard;
  return typed(std::move(mean), dtype) + typed(std::move(deviation), dtype) * std::move(standard);
}

}  // namespace lamina
