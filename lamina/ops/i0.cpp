// i0(x), the modified Bessel function of the first kind and order 0: e^|x| times a series in x / 4 - 1
// up to 8, and e^|x| / sqrt(|x|) times one in 16 / |x| - 1 beyond. e^|x| is the square of e^(|x| / 2), so
// that it overflows no earlier than the result.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/scalar_series.h"
#include "lamina/ops/special.h"

namespace lamina {

struct BesselI0 : Elementwise<1> {
  static constexpr auto name = "i0";
  static constexpr auto formula = [](auto x) {
    static constexpr double kNear[] = {
        -1.6316042856792756101e-8, 5.7558980244552293526e-8,  -8.5914064442646681752e-8,
        2.6979173924122360963e-7,  -1.1420453238819169706e-6, 3.4092773809228403184e-6,
        -9.1837425869362028775e-6, 0.000024985839005955970401, -0.000065568059644017908963,
        0.00016258425976083750545, -0.00038286526498299525473, 0.00085621163000069788724,
        -0.0018119030567637056235, 0.0036171687529078726725,  -0.0067923947909400503072,
        0.011960065876823141809,   -0.019682655791721181877,  0.030177914344596494211,
        -0.042985949295422205515,  0.056777031729714682658,   -0.069541195631682343887,
        0.079275225928889840612,   -0.084963380915417315908,  0.087343416174674438409,
        -0.089043441360777548681,  0.094515628539964085976,   -0.11300432688620535764,
        0.20700192122398666515};
    static constexpr double kFar[] = {
        -2.0260603268724365256e-11, 9.3650868393864773652e-11,  1.5279202137158531912e-10,
        -6.6332870846140243908e-10, -5.7158437316706740898e-10, 2.1968921315914743713e-9,
        1.5200816774851289274e-9,   -4.5755534165474577371e-9,  -3.5059665157253015551e-9,
        6.5601387406379487379e-9,   7.5525830537858282942e-9,   -5.0381064847423780616e-9,
        -1.3408917537092301686e-8,  -6.8493381893050472041e-9,  7.5546918805592004576e-9,
        2.1566251453308043666e-8,   3.9325843345626062467e-8,   8.8720343833117775438e-8,
        2.9735985885673176498e-7,   1.4838476651250279786e-6,   0.000011143033790932038107,
        0.0001362160743898473518,   0.0033605519836678615539,   0.40217650944500808447};
    const auto m = abs(x), root = exp(0.5 * m);
    const auto near = series(min(m, 8.0) * 0.25 - 1.0, kNear);
    const auto bound = max(m, 8.0);
    const auto far = series(16.0 / bound - 1.0, kFar) / sqrt(bound);
    const auto scaled = where(m <= 8.0, near, far);
    return where(m == kInfinity, kInfinity, scaled * root * root);
  };
  static void gradient(Context& c) { c.give(0, c.cotangent() * i1(c.input(0))); }
  static void samples(Samples& s) { s.floats().near(0).near(8).large(1e4).empty(); }
  static constexpr auto doc =
      "The modified Bessel function of the first kind and order 0.\n"
      ">>> lm.i0(lm.array([0.0, 1.0]))\n[1, 1.26607]";
};
LAMINA_OP(BesselI0)

}  // namespace lamina
