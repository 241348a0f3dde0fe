// random_geometric(seed, counter, probability): trials up to and with the first success, by the
// inverse of the distribution function: ceil(log(u) / log(1 - p)). A probability outside (0, 1] is
// reported.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/distributions.h"
#include "lamina/ops/random_rule.h"

namespace lamina {

struct RandomGeometric {
  static constexpr auto name = "random_geometric";
  static constexpr const char* inputs[] = {"seed", "counter", "probability"};
  static constexpr bool random = true;
  static constexpr bool checks_values = true;
  static constexpr auto no_gradient = "counts do not change smoothly";
  using Attributes = RandomParameterAttributes;
  static void infer(Inference& c) { infer_random_parameters(c); }
  static void reference(Reference& r) {
    const auto probability = r.input(2), y = r.output();
    const Generator::State draw = draw_of(r);
    constexpr double kMost = 0x1p62;  // counts stay in range of 64 bits
    for (int64_t i = 0; i < y.elements(); ++i) {
      RandomStream stream(draw, i);
      const double p = probability.real(i);
      double k = 1;
      if (!(p > 0 && p <= 1)) {
        r.report(p > 1 ? 2 : -1, 2);
      } else if (p < 1) {
        k = std::clamp(std::ceil(std::log(stream.uniform()) / std::log1p(-p)), 1.0, kMost);
      }
      is_floating(y.dtype()) ? y.set_real(i, k) : y.set_integer(i, static_cast<int64_t>(k));
    }
  }
  static void samples(Samples& s) {
    const SampleInput number = random_number_sample();
    s.call({number, number, SampleInput({5, 3}, float32, 0.01, 1)}, Attributes{int64});
    s.call({number, number, SampleInput({4}, float64, 1, 1)}, Attributes{float64});
    s.call({number, number, SampleInput({0, 2})}, Attributes{int32});
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput number = random_number_sample();
    s.call({number, number, SampleInput({2}, float32, 2, 3)}, Attributes{int64}, "out of range");
    s.call({number, number, SampleInput({2}, float32, -3, 0)}, Attributes{int64}, "out of range");
    s.call({number, number, SampleInput({2}, int32)}, Attributes{int64},
           "expected floating-point parameters, got int32");
  }
  static constexpr auto doc =
      "Trials up to and with the first success.\n"
      ">>> lm.random.geometric((2, 3), 0.5).shape\n(2, 3)";
};
LAMINA_OP(RandomGeometric)

Array random_geometric(IntList shape, Array probability, DType dtype, Generator& generator) {
  return record_random_parameters(ops::op_RandomGeometric(), std::move(shape),
                                  {std::move(probability)},
                                  make_attributes(RandomParameterAttributes{dtype}), generator);
}

}  // namespace lamina
