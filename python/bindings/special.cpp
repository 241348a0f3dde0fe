// Special functions and the rarer element-wise ones that are no ops themselves.
#include "lamina/ops/special.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/op/op.h"
#include "lamina/ops/elementwise.h"
#include "named_tuple.h"

namespace lamina::python {
namespace {

using Unary = Array (*)(Array);
using Binary = Array (*)(Array, Array);

Array or_nothing(std::optional<Array> x) { return x ? std::move(*x) : Array(); }

void bind_closeness(nb::module_& m) {
  const auto define = [&m](const char* name, Array (*function)(Array, Array, CloseOptions),
                           const char* doc) {
    m.def(
        name,
        [function](Array a, Array b, double rtol, double atol, bool equal_nan) {
          return function(std::move(a), std::move(b), {rtol, atol, equal_nan});
        },
        nb::arg("a"), nb::arg("b"), nb::arg("rtol") = 1e-5, nb::arg("atol") = 1e-8,
        nb::arg("equal_nan") = false, doc);
  };
  define("isclose", &isclose,
         "Whether |a - b| <= atol + rtol |b|, element by element.\n"
         ">>> lm.isclose(lm.array([1.0, 2.0]), lm.array([1.000001, 2.1]))\n[True, False]");
  define("allclose", &allclose,
         "Whether all elements are close, as isclose has it: one bool.\n"
         ">>> lm.allclose(lm.array([1.0, 2.0]), lm.array([1.000001, 2.0]))\nTrue");
  m.def("array_equal", Binary(&array_equal), nb::arg("a"), nb::arg("b"),
        "Whether shapes and all elements are equal: one bool.\n"
        ">>> lm.array_equal(lm.array([1, 2]), lm.array([1, 2, 3]))\nFalse");
}

void bind_parts(nb::module_& m) {
  m.def(
      "frexp",
      [](Array x) {
        static NamedTuple type("FrexpResult", {"mantissa", "exponent"});
        Frexp parts = frexp(std::move(x));
        return type(std::move(parts.mantissa), std::move(parts.exponent));
      },
      nb::arg("x"), op::find("frexp")->doc);
  m.def("ldexp", Binary(&ldexp), nb::arg("x"), nb::arg("exponent"),
        "x times 2 to the power of integers.\n>>> lm.ldexp(lm.array([0.5, 3.0]), 2)\n[2, 12]");
  m.def(
      "divmod",
      [](Array x, Array y) {
        static NamedTuple type("DivmodResult", {"quotient", "remainder"});
        Divmod parts = divmod(std::move(x), std::move(y));
        return type(std::move(parts.quotient), std::move(parts.remainder));
      },
      nb::arg("x"), nb::arg("y"),
      "floor_divide and remainder.\n>>> lm.divmod(lm.array([7, -7]), 3)[1]\n[1, 2]");
  m.def(
      "modf",
      [](Array x) {
        static NamedTuple type("ModfResult", {"fraction", "whole"});
        Modf parts = modf(std::move(x));
        return type(std::move(parts.fraction), std::move(parts.whole));
      },
      nb::arg("x"),
      "What stands behind the point and before it, both with the sign of x.\n"
      ">>> lm.modf(lm.array([2.5, -0.25]))[0]\n[0.5, -0.25]");
}

}  // namespace

void bind_special(nb::module_& m) {
  bind_closeness(m);
  bind_parts(m);
  m.def(
      "polygamma", [](int64_t order, Array x) { return polygamma(order, std::move(x)); },
      nb::arg("order"), nb::arg("x"), op::find("polygamma")->doc);
  m.def(
      "logit", [](Array x, double eps) { return logit(std::move(x), eps); }, nb::arg("x"),
      nb::arg("eps") = 0.0,
      "log(x / (1 - x)), the inverse of sigmoid; x is kept from eps to 1 - eps.\n"
      ">>> lm.logit(lm.array([0.5, 0.75]))\n[0, 1.09861]");
  m.def("xlogy", Binary(&xlogy), nb::arg("x"), nb::arg("y"),
        "x log(y); 0 where x is 0.\n>>> lm.xlogy(lm.array([0.0, 2.0]), lm.array([0.0, 1.0]))\n[0, 0]");
  m.def("float_power", Binary(&float_power), nb::arg("x"), nb::arg("y"),
        "x to the power of y as floating-point numbers.\n"
        ">>> lm.float_power(lm.array([2, 4]), -1)\n[0.5, 0.25]");
  m.def("gcd", Binary(&gcd), nb::arg("x"), nb::arg("y"), op::find("gcd")->doc);
  m.def("lcm", Binary(&lcm), nb::arg("x"), nb::arg("y"),
        "The least common multiple of integers; 0 where one is 0.\n"
        ">>> lm.lcm(lm.array([4, -6, 0]), lm.array([6, 4, 5]))\n[12, 12, 0]");
  m.def("lerp", &lerp, nb::arg("start"), nb::arg("end"), nb::arg("weight"),
        "start + weight (end - start).\n>>> lm.lerp(lm.array([0.0, 10.0]), 20.0, 0.5)\n[10, 15]");
  m.def(
      "nan_to_num",
      [](Array x, Array nan, std::optional<Array> posinf, std::optional<Array> neginf) {
        return nan_to_num(std::move(x), std::move(nan), or_nothing(std::move(posinf)),
                          or_nothing(std::move(neginf)));
      },
      nb::arg("x"), nb::arg("nan") = 0.0, nb::arg("posinf") = nb::none(),
      nb::arg("neginf") = nb::none(),
      "x with numbers for NaN and the infinities, which become the type's extremes when left out.\n"
      ">>> lm.nan_to_num(lm.array([float(\"nan\"), float(\"inf\")]), posinf=9.0)\n[0, 9]");
  m.def("deg2rad", Unary(&deg2rad), nb::arg("x"),
        "Angles in degrees as radians.\n>>> lm.deg2rad(lm.array([180.0]))\n[3.14159]");
  m.def("rad2deg", Unary(&rad2deg), nb::arg("x"),
        "Angles in radians as degrees.\n>>> lm.rad2deg(lm.array([lm.pi]))\n[180]");
  nb::delattr(m, "softplus");  // the op's function, without beta
  m.def(
      "softplus",
      [](Array x, std::optional<Array> beta, std::optional<Array> threshold) {
        if (!beta && !threshold) return softplus(std::move(x));
        return softplus(std::move(x), beta ? std::move(*beta) : Array(1.0),
                        threshold ? std::move(*threshold) : Array(20.0));
      },
      nb::arg("x"), nb::arg("beta") = nb::none(), nb::arg("threshold") = nb::none(),
      "Smooth approximation of relu: log(1 + e^(beta x)) / beta, and x itself where beta x is over "
      "the threshold\n(20 when beta is given alone).\n"
      ">>> lm.softplus(lm.array([0.0, 1.0]), beta=2.0)\n[0.346574, 1.06346]");
}

}  // namespace lamina::python
