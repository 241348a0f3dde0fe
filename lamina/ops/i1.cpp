// i1(x), the modified Bessel function of the first kind and order 1, computed like i0; x is a factor
// of the series near 0, which keeps its digits there.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/scalar_series.h"
#include "lamina/ops/special.h"

namespace lamina {

struct BesselI1 : Elementwise<1> {
  static constexpr auto name = "i1";
  static constexpr auto formula = [](auto x) {
    static constexpr double kNear[] = {
        -1.4169507912107701463e-9, 5.2131237878886212573e-9,  -8.9844209604245884454e-9,
        2.9873856459015754318e-8,  -1.2424759932738304114e-7, 3.9094375480236724419e-7,
        -1.1327072698408053719e-6, 3.2758438130588961906e-6,  -9.136543922789092323e-6,
        0.000024248668418883100251, -0.000061423602990997941032, 0.00014841259927108295015,
        -0.00034117602890733312243, 0.00074451587270060645444, -0.0015388745620303900208,
        0.0030057614164472211005,  -0.005534567847563677963,  0.0095839623443567243118,
        -0.015571309243980051642,  0.023686016933526390164,   -0.033671355521085364187,
        0.044674572623066670623,   -0.055280039226991644709,  0.063767403713336428967,
        -0.068482606205826912479,  0.068057599909512688465,   -0.061124338029666282516,
        0.044687709875608829019};
    static constexpr double kFar[] = {
        1.8515117583793304126e-11,  -9.7523971388330294853e-11, -1.4011624497989653582e-10,
        6.9170892600535385955e-10,  5.295625279178313863e-10,   -2.2970041541957110251e-9,
        -1.4387250314174963614e-9,  4.8105973953274638335e-9,   3.4262341304862778007e-9,
        -6.9838396172214308095e-9,  -7.6423941241732553547e-9,  5.593370097927295999e-9,
        1.4034238778403662576e-8,   6.8401389989515146446e-9,   -8.42776609289233344e-9,
        -2.3392503748267534494e-8,  -4.3129177291901490132e-8,  -1.0001095659633648427e-7,
        -3.4838557610442033489e-7,  -1.8349102358955401757e-6,  -0.000015038547200567216992,
        -0.0002192357638317243023,  -0.0097495771932357362032,  0.38939845902587232098};
    const auto m = abs(x), root = exp(0.5 * m);
    const auto bounded = min(m, 8.0), bound = max(m, 8.0);
    const auto near = bounded * series(bounded * 0.25 - 1.0, kNear);
    const auto far = series(16.0 / bound - 1.0, kFar) / sqrt(bound);
    const auto y = where(m == kInfinity, kInfinity, where(m <= 8.0, near, far) * root * root);
    return copysign(y, x);
  };
  // The quotient i1(x) / x is 1/2 at 0.
  static void gradient(Context& c) {
    const Array &x = c.input(0), &y = c.output();
    const Array zero = x == 0.0;
    c.give(0, c.cotangent() * (i0(x) - where(zero, 0.5, y / where(zero, 1.0, x))));
  }
  static void samples(Samples& s) { s.floats().near(8).large(1e4).empty().range(0.2, 3); }
  static constexpr auto doc =
      "The modified Bessel function of the first kind and order 1.\n"
      ">>> lm.i1(lm.array([0.0, 1.0]))\n[0, 0.565159]";
};
LAMINA_OP(BesselI1)

}  // namespace lamina
