// erfinv(y): the x for which erf(x) = y. x / y is a smooth function of w = -log(1 - y^2) (M. Giles,
// "Approximating the erfinv function", 2011): two series give it to 2^-26 as far as float32 goes.
// Double precision goes on to w = 36, where the root of w is smoother, and adds a step of Halley's
// method. Towards 1 that looks at erfc(x) - (1 - |y|), which keeps the digits that erf(x) - y loses.
#include <iterator>

#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/scalar_series.h"
#include "lamina/ops/special.h"

namespace lamina {

namespace {

constexpr double kNear[] = {
    6.5429162252119301e-10, -7.1527699725729984e-9, -4.9270882692205319e-9, 4.7352338396324181e-7,
    -2.579446338776179e-6,  -9.4536915763265999e-6, 2.0908040865576208e-4,  -1.0386263461151154e-3,
    -5.0359810691971495e-3, 0.2443302759183381,     1.5627896112343589};  // of w - 2.75
constexpr double kFar[] = {
    1.8254950210674938e-12, -2.7880237723358285e-11, 1.7674038768907876e-10,
    -7.1436561146222817e-10, -5.9951015735839037e-9, 2.9446588890322948e-7,
    -6.7120074696558185e-6, 1.3831116525224685e-4,   -3.2982536490761908e-3,
    0.15098541988025561,    3.1660152229216135};  // of w - 11.1
constexpr double kFarRoot[] = {
    8.3487146788561849e-8,  -3.7997046252500604e-6, 1.6669897172218054e-5, -2.3576418681229001e-5,
    1.4478566348646001e-5,  -5.6558232405716199e-5, 2.459067632461741e-4,  -6.8556073944952255e-4,
    8.502477231508774e-4,   1.0098674107123391,     4.0191089479492642};  // of sqrt(w) - 4.18

}  // namespace

struct Erfinv : Elementwise<1> {
  static constexpr auto name = "erfinv";
  static constexpr const char* inputs[] = {"y"};
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto y) {
    const auto m = abs(y), rest = 1.0 - m;
    const auto w = -log(rest * (1.0 + m));
    const auto is_near = w < 5.5;
    auto x = m;
    if (is_single(y)) {  // one series, whose coefficients are chosen
      const auto t = w - where(is_near, 2.75, 11.1);
      auto ratio = where(is_near, kNear[0], kFar[0]);
      for (size_t k = 1; k < std::size(kNear); ++k)
        ratio = ratio * t + where(is_near, kNear[k], kFar[k]);
      x = m * ratio;
    } else {
      x = m * where(is_near, series(w - 2.75, kNear), series(sqrt(w) - 4.1776039399558574, kFarRoot));
      const auto off = where(m <= 0.7, erf(x) - m, rest - upper_erfc(x));
      const auto u = off / (1.1283791670955125739 * exp(-(x * x)));
      x = x - u / (1.0 + x * u);
    }
    x = where(m == 1.0, kInfinity, where(m < 1.0, x, kNotANumber));
    return copysign(x, y);
  };
  static void gradient(Context& c) {
    constexpr double kHalfSqrtPi = 0.88622692545275801365;
    c.give(0, kHalfSqrtPi * c.cotangent() * exp(square(c.output())));
  }
  static void samples(Samples& s) { s.floats().range(-0.9, 0.9).near(0).empty(); }
  static constexpr auto doc =
      "The inverse of erf: NaN outside of -1 .. 1.\n"
      ">>> lm.erfinv(lm.array([0.0, 0.5, 1.0]))\n[0, 0.476936, inf]";
};
LAMINA_OP(Erfinv)

}  // namespace lamina
