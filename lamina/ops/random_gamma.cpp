// random_gamma(seed, counter, concentration): the standard gamma distribution by Marsaglia and
// Tsang (2000): a cube of a normal draw, kept with probability over 0.95. Below 1 the concentration
// is raised by 1 and the result multiplied by u^(1 / a). With `log` the logarithm comes out, which
// is finite where tiny concentrations make the number itself 0: beta and dirichlet are made of it.
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/distributions.h"
#include "lamina/ops/number.h"
#include "lamina/ops/random_rule.h"

namespace lamina {

namespace {

double draw_log_gamma(RandomStream& stream, double a) {
  if (!(a > 0)) return std::numeric_limits<double>::quiet_NaN();
  double log_factor = 0;
  if (a < 1) {
    log_factor = std::log(stream.uniform()) / a;
    a += 1;
  }
  const double d = a - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  if (std::isinf(d)) return d;  // the logarithm is infinite too
  while (true) {
    const double x = stream.normal(), root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(stream.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v))
      return std::log(d * v) + log_factor;
  }
}

}  // namespace

struct RandomGamma {
  static constexpr auto name = "random_gamma";
  static constexpr const char* inputs[] = {"seed", "counter", "concentration"};
  static constexpr bool random = true;
  static constexpr auto no_gradient = "a draw by rejection does not change smoothly";
  struct Attributes : RandomParameterAttributes {
    bool log = false;
    template <class V>
    void fields(V&& v) {
      RandomParameterAttributes::fields(v), v("log", log);
    }
  };
  static void infer(Inference& c) {
    infer_random_parameters(c);
    const DType dtype = c.outputs[0].dtype;
    if (!is_floating(dtype))
      throw c.error<DTypeError>("expected a floating-point dtype, got ", dtype);
  }
  static void reference(Reference& r) {
    const auto a = r.input(2), y = r.output();
    const Generator::State draw = draw_of(r);
    const bool log = r.attributes<Attributes>().log;
    for (int64_t i = 0; i < y.elements(); ++i) {
      RandomStream stream(draw, i);
      const double value = draw_log_gamma(stream, a.real(i));
      y.set_real(i, log ? value : std::exp(value));
    }
  }
  static void samples(Samples& s) {
    const SampleInput number = random_number_sample();
    s.call({number, number, SampleInput({5, 3}, float32, 0.1, 5)}, Attributes{{float32}});
    s.call({number, number, SampleInput({3}, float64, 1, 900)}, Attributes{{float64}, true});
    s.call({number, number, SampleInput({0, 2})}, Attributes{{float32}});
    s.call({number, number, SampleInput(Shape{}, float32, 0.5, 2)}, Attributes{{float32}});
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput number = random_number_sample();
    s.call({number, number, SampleInput({2}, int32)}, Attributes{{float32}},
           "expected floating-point parameters, got int32");
    s.call({number, number, {2}}, Attributes{{int32}},
           "expected a floating-point dtype, got int32");
  }
  static constexpr auto doc =
      "The gamma distribution with a concentration (shape) and a scale.\n"
      ">>> lm.random.gamma((2, 3), 2.0).shape\n(2, 3)";
};
LAMINA_OP(RandomGamma)

Array random_log_gamma(IntList shape, Array concentration, DType dtype, Generator& generator) {
  return record_random_parameters(
      ops::op_RandomGamma(), std::move(shape), {std::move(concentration)},
      make_attributes(RandomGamma::Attributes{{dtype}, true}), generator);
}

Array random_gamma(IntList shape, Array concentration, Array scale, DType dtype,
                   Generator& generator) {
  check_parameter("random_gamma", "concentration", concentration, 0);
  check_parameter("random_gamma", "scale", scale, 0);
  Array standard =
      record_random_parameters(ops::op_RandomGamma(), std::move(shape), {std::move(concentration)},
                               make_attributes(RandomGamma::Attributes{{dtype}, false}), generator);
  return is_number(scale, 1) ? standard : std::move(standard) * typed(std::move(scale), dtype);
}

}  // namespace lamina
