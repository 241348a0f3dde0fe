// random_binomial(seed, counter, count, probability): successes of `count` trials. Where few are
// expected (count p < 10) the gaps between successes are added up, which are geometric (Devroye
// 1986, chapter X); else the transformed rejection BTRS of Hormann (1993). Probabilities over 1/2
// count failures instead. A count that is negative or not whole, or a probability outside 0 .. 1,
// is reported.
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/distributions.h"
#include "lamina/ops/random_rule.h"

namespace lamina {

namespace {

double by_gaps(RandomStream& stream, double count, double p) {
  if (p == 0) return 0;
  const double scale = std::log1p(-p);
  double place = 0, successes = 0;
  while (true) {
    place += std::ceil(std::log(stream.uniform()) / scale);
    if (place > count) return successes;
    ++successes;
  }
}

double by_rejection(RandomStream& stream, double count, double p) {
  const double deviation = std::sqrt(count * p * (1 - p));
  const double b = 1.15 + 2.53 * deviation, a = -0.0873 + 0.0248 * b + 0.01 * p;
  const double center = count * p + 0.5, v_most = 0.92 - 4.2 / b;
  const double alpha = (2.83 + 5.1 / b) * deviation, odds = std::log(p / (1 - p));
  const double mode = std::floor((count + 1) * p);
  const double at_mode = std::lgamma(mode + 1) + std::lgamma(count - mode + 1);
  while (true) {
    const double u = stream.uniform() - 0.5, v = stream.uniform();
    const double near = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / near + b) * u + center);
    if (k < 0 || k > count) continue;
    if (near >= 0.07 && v <= v_most) return k;
    if (std::log(v * alpha / (a / (near * near) + b)) <=
        at_mode - std::lgamma(k + 1) - std::lgamma(count - k + 1) + (k - mode) * odds)
      return k;
  }
}

double draw_binomial(RandomStream& stream, double count, double p) {
  if (p > 0.5) return count - draw_binomial(stream, count, 1 - p);
  return count * p < 10 ? by_gaps(stream, count, p) : by_rejection(stream, count, p);
}

}  // namespace

struct RandomBinomial {
  static constexpr auto name = "random_binomial";
  static constexpr const char* inputs[] = {"seed", "counter", "count", "probability"};
  static constexpr bool random = true;
  static constexpr bool checks_values = true;
  static constexpr auto no_gradient = "a draw by rejection does not change smoothly";
  using Attributes = RandomParameterAttributes;
  static void infer(Inference& c) { infer_random_parameters(c); }
  static void reference(Reference& r) {
    const auto count = r.input(2), probability = r.input(3), y = r.output();
    const Generator::State draw = draw_of(r);
    for (int64_t i = 0; i < y.elements(); ++i) {
      RandomStream stream(draw, i);
      const double n = count.real(i), p = probability.real(i);
      double k = 0;
      if (!(n >= 0 && n < 0x1p53) || n != std::floor(n)) {
        r.report(-1, int64_t{1} << 53);
      } else if (!(p >= 0 && p <= 1)) {
        r.report(p > 1 ? 2 : -1, 2);
      } else {
        k = draw_binomial(stream, n, p);
      }
      is_floating(y.dtype()) ? y.set_real(i, k) : y.set_integer(i, static_cast<int64_t>(k));
    }
  }
  static void samples(Samples& s) {
    const SampleInput number = random_number_sample();
    const SampleInput three({4}, float64, 3, 3), many({4}, float64, 1000, 1000);
    s.call({number, number, three, SampleInput({4}, float64, 0, 1)}, Attributes{int64});
    s.call({number, number, many, SampleInput({4}, float64, 0.1, 0.9)}, Attributes{float64});
    s.call({number, number, SampleInput({0, 2}), SampleInput({0, 2})}, Attributes{int64});
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput number = random_number_sample();
    const SampleInput three({4}, float64, 3, 3);
    s.call({number, number, three, {3}}, Attributes{int64}, "expected parameters of one shape");
    s.call({number, number, three, SampleInput({4}, float64, 2, 3)}, Attributes{int64},
           "out of range");
    s.call({number, number, SampleInput({4}, float64, -3, -2), SampleInput({4}, float64, 0, 1)},
           Attributes{int64}, "out of range");
  }
  static constexpr auto doc =
      "Successes of `count` trials that succeed with a probability.\n"
      ">>> lm.random.binomial((2, 3), 10, 0.5).shape\n(2, 3)";
};
LAMINA_OP(RandomBinomial)

Array random_binomial(IntList shape, Array count, Array probability, DType dtype,
                      Generator& generator) {
  return record_random_parameters(ops::op_RandomBinomial(), std::move(shape),
                                  {std::move(count), std::move(probability)},
                                  make_attributes(RandomParameterAttributes{dtype}), generator);
}

}  // namespace lamina
