// power(x, y) = x^y; integers with a negative exponent give 0 (1 for base 1, 1 or -1 for base -1).
//
// The derivative by x is y x^(y-1); where x and y are both 0 it is 0, though x^(y-1) is infinite.
// By y it is x^y log(x), taken as 0 where x is 0.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/number.h"

namespace lamina {

struct Power : Elementwise<2, Types::Numeric> {
  static constexpr auto name = "power";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x, auto y) { return power(x, y); };
  static void gradient(Context& c) {
    const Array &x = c.input(0), &y = c.input(1);
    if (c.wants(0)) c.give(0, c.cotangent() * slope(x, y));
    if (c.wants(1)) c.give(1, c.cotangent() * c.output() * log(where(x == 0.0, 1.0, x)));
  }
  // Squares are the common case; the number 2 is part of a program's key, so it may change the
  // graph.
  static Array slope(const Array& x, const Array& y) {
    if (is_number(y, 2)) return 2.0 * x;
    return y * power(x, where(logical_and(x == 0.0, y == 0.0), 1.0, y - 1.0));
  }
  static void samples(Samples& s) { s.floats().positive().empty(); }
  static constexpr auto doc = "x to the power of y.\n>>> lm.power(lm.array([2, 3]), 2)\n[4, 9]";
};
LAMINA_OP(Power)

}  // namespace lamina
