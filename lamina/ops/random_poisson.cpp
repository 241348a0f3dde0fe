// random_poisson(seed, counter, rate): below a rate of 10 exponential waiting times are counted
// (Knuth); from there on the transformed rejection PTRS of Hormann (1993), whose cost does not
// grow. A rate that is negative or NaN is reported.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/distributions.h"
#include "lamina/ops/random_rule.h"

namespace lamina {

namespace {

constexpr double kMostRate = 0x1p60;  // beyond it counts do not fit into 64 bits

double by_waiting(RandomStream& stream, double rate) {
  const double limit = std::exp(-rate);
  double product = stream.uniform();
  int64_t count = 0;
  while (product > limit) product *= stream.uniform(), ++count;
  return static_cast<double>(count);
}

double by_rejection(RandomStream& stream, double rate) {
  const double b = 0.931 + 2.53 * std::sqrt(rate), a = -0.059 + 0.02483 * b;
  const double inverse = 1.1239 + 1.1328 / (b - 3.4), v_most = 0.9277 - 3.6224 / (b - 2);
  while (true) {
    const double u = stream.uniform() - 0.5, v = stream.uniform();
    const double near = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / near + b) * u + rate + 0.43);
    if (near >= 0.07 && v <= v_most) return k;
    if (k < 0 || (near < 0.013 && v > near)) continue;
    if (std::log(v * inverse / (a / (near * near) + b)) <=
        k * std::log(rate) - rate - std::lgamma(k + 1))
      return k;
  }
}

}  // namespace

struct RandomPoisson {
  static constexpr auto name = "random_poisson";
  static constexpr const char* inputs[] = {"seed", "counter", "rate"};
  static constexpr bool random = true;
  static constexpr bool checks_values = true;
  static constexpr auto no_gradient = "a draw by rejection does not change smoothly";
  using Attributes = RandomParameterAttributes;
  static void infer(Inference& c) { infer_random_parameters(c); }
  static void reference(Reference& r) {
    const auto rate = r.input(2), y = r.output();
    const Generator::State draw = draw_of(r);
    for (int64_t i = 0; i < y.elements(); ++i) {
      RandomStream stream(draw, i);
      const double lambda = rate.real(i);
      double k = 0;
      if (!(lambda >= 0 && lambda < kMostRate)) {
        r.report(static_cast<int64_t>(lambda != lambda ? -1 : std::max(lambda, -1.0)), 1 << 30);
      } else {
        k = lambda < 10 ? by_waiting(stream, lambda) : by_rejection(stream, lambda);
      }
      is_floating(y.dtype()) ? y.set_real(i, k) : y.set_integer(i, static_cast<int64_t>(k));
    }
  }
  static void samples(Samples& s) {
    const SampleInput number = random_number_sample();
    s.call({number, number, SampleInput({5, 3}, float32, 0, 5)}, Attributes{int64});
    s.call({number, number, SampleInput({4}, float64, 10, 900)}, Attributes{float64});
    s.call({number, number, SampleInput({0, 2})}, Attributes{int32});
    s.call({number, number, SampleInput(Shape{}, float32, 0.5, 2)}, Attributes{int64});
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput number = random_number_sample();
    s.call({number, number, SampleInput({2}, int32)}, Attributes{int64},
           "expected floating-point parameters, got int32");
    s.call({number, number, {2}}, Attributes{bool_}, "expected a dtype of numbers, got bool");
    s.call({number, number, SampleInput({2}, float32, -3, -2)}, Attributes{int64}, "out of range");
  }
  static constexpr auto doc =
      "Counts of events that come at a rate.\n"
      ">>> lm.random.poisson((2, 3), 4.0).shape\n(2, 3)";
};
LAMINA_OP(RandomPoisson)

Array random_poisson(IntList shape, Array rate, DType dtype, Generator& generator) {
  return record_random_parameters(ops::op_RandomPoisson(), std::move(shape), {std::move(rate)},
                                  make_attributes(RandomParameterAttributes{dtype}), generator);
}

}  // namespace lamina
