// frexp(x) = (m, e) with x = m 2^e and 0.5 <= |m| < 1; 0, infinities and NaN stay, with e = 0. An op
// with a loop of its own, since it reads the exponent's bits.
#include <cmath>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reference.h"
#include "lamina/op/samples.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/special.h"

namespace lamina {

struct FrexpOp {
  static constexpr auto name = "frexp";
  static constexpr const char* inputs[] = {"x"};
  static constexpr bool multiple = true;
  static void infer(Inference& c) {
    if (!is_floating(c.dtype(0))) throw c.error<DTypeError>("expected floating-point numbers");
    c.output(c.dtype(0), c.shape(0));
    c.output(int32, c.shape(0));
  }
  static void gradient(Context& c) {  // m = x 2^-e, and e lies in steps
    if (c.has_cotangent(0)) c.give(0, ldexp(c.cotangent(0), -c.output(1)));
  }
  static void reference(Reference& r) {
    const auto x = r.input(0), mantissa = r.output(0), exponent = r.output(1);
    for (int64_t i = 0; i < x.elements(); ++i) {
      int e = 0;
      const double value = x.real(i);
      mantissa.set_real(i, std::frexp(value, &e));
      exponent.set_integer(i, std::isfinite(value) ? e : 0);
    }
  }
  static void samples(Samples& s) {
    for (DType dtype : {float16, bfloat16, float32, float64}) {
      s.call({SampleInput({3, 4}, dtype, 0.6, 0.9)});
    }
    s.call({SampleInput(Shape{}, float32, 9, 15)}).call({{0, 3}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({SampleInput({3}, int32)}, "floating-point numbers");
  }
  static constexpr auto doc =
      "Mantissas from 0.5 to 1 and powers of 2: x = mantissa 2^exponent.\n"
      ">>> lm.frexp(lm.array([8.0, -0.75]))[0]\n[0.5, -0.75]";
};
LAMINA_OP(FrexpOp)

Frexp frexp(Array x) {
  require_arrays("frexp", {{"x", x}});
  x = as_floating(std::move(x));
  std::vector<Array> parts = record_multiple(ops::op_FrexpOp(), std::span(&x, 1));
  return {std::move(parts[0]), std::move(parts[1])};
}

}  // namespace lamina
