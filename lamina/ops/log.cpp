// log(x), the natural logarithm: -inf at 0, NaN below.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Log : Elementwise<1> {
  static constexpr auto name = "log";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x) { return log(x); };
  static void gradient(Context& c) { c.give(0, c.cotangent() / c.input(0)); }
  static void samples(Samples& s) { s.floats().positive().empty(); }
  static constexpr auto doc = "Natural logarithm.\n>>> lm.log(lm.array([1.0, 2.0]))\n[0, 0.693147]";
};
LAMINA_OP(Log)

}  // namespace lamina
