// lgamma(x) = log |Gamma(x)|. From 1 to 3 (x - 1) (x - 2) P(x - 2), so that the zeros at 1 and 2 keep
// their digits; from 0.5 to 1 by Gamma(x) = Gamma(x + 1) / x; beyond 3 Stirling's series, at x + 5
// where x < 8; below 0.5 Gamma(x) Gamma(1 - x) = pi / sin(pi x). Infinite at 0, -1, -2, ..
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/scalar_series.h"
#include "lamina/ops/special.h"

namespace lamina {

struct LogGamma : Elementwise<1> {
  static constexpr auto name = "lgamma";
  static constexpr auto formula = [](auto x) {
    static constexpr double kTerms[] = {
        -8.1900377835511558307e-10, 1.5818126337371085577e-9,   2.4694237633377505428e-9,
        -4.3588624090725151457e-9,  -8.952022836709701765e-9,   1.6327287432845005477e-8,
        -7.8607446870830560707e-10, 5.6887379538575793122e-9,   -5.2038665332275675223e-8,
        1.0444285443279689183e-7,   -1.8613158181472911169e-7,  3.957207942751610023e-7,
        -8.5548169571227288004e-7,  1.8114769634727657959e-6,   -3.8465142426634735e-6,
        8.2212050921554237136e-6,   -0.00001766185547433589993, 0.000038169083283134497336,
        -0.000083095099946784894743, 0.00018255261441838104931, -0.00040570739993875171222,
        0.00091537692412389519323,  -0.0021081308338291313837,  0.0049986411646232827023,
        -0.012384192193374356032,   0.032965000621156976879,    -0.10031730167435389896,
        0.42278433509846713643};
    static constexpr double kStirling[] = {-3617.0 / 122400, 1.0 / 156,  -691.0 / 360360,
                                           1.0 / 1188,       -1.0 / 1680, 1.0 / 1260,
                                           -1.0 / 360,       1.0 / 12};
    const auto reflected = x < 0.5;
    const auto z = where(reflected, 1.0 - x, x);
    // Near its zeros.
    const auto below_one = z < 1.0;
    const auto a = where(below_one, z + 1.0, min(z, 3.0)), s = a - 2.0;
    const auto near = (a - 1.0) * s * series(s, kTerms) - where(below_one, log(z), 0.0);
    // Further out.
    const auto small = z < 8.0;
    const auto w = where(small, z + 5.0, z), inverse = 1.0 / w;
    const auto p = z * (z + 4.0), product = p * (p + 3.0) * (z + 2.0);
    const auto correction = inverse * series(inverse * inverse, kStirling) + 0.91893853320467274178;
    const auto stirling = (w - 0.5) * (log(w) - 1.0) + (correction - 0.5);
    const auto far = stirling - where(small, log(product), 0.0);
    const auto upper = where(z == kInfinity, kInfinity, where(z < 3.0, near + 0.0, far));  // no -0
    const auto mirror = log(kPi / abs(sin(kPi * from_whole(x)))) - upper;
    return where(reflected, where(x == -kInfinity, kInfinity, mirror), upper);
  };
  static void gradient(Context& c) { c.give(0, c.cotangent() * digamma(c.input(0))); }
  static void samples(Samples& s) { s.floats().range(0.1, 4).near(1).near(2).near(3).empty(); }
  static constexpr auto doc =
      "The logarithm of the absolute value of the gamma function.\n"
      ">>> lm.lgamma(lm.array([0.5, 1.0, 5.0]))\n[0.572365, 0, 3.17805]";
};
LAMINA_OP(LogGamma)

}  // namespace lamina
