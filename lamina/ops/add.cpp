// add(x, y) = x + y.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Add : Elementwise<2, Types::Numeric> {
  static constexpr auto name = "add";
  static constexpr auto formula = [](auto x, auto y) { return x + y; };
  static void gradient(Context& c) {
    c.give(0, c.cotangent());
    c.give(1, c.cotangent());
  }
  static void samples(Samples& s) { s.numbers().large(1e4).empty(); }
  static constexpr auto doc = "Sum of two arrays.\n>>> lm.add(lm.array([1, 2]), 3)\n[4, 5]";
};
LAMINA_OP(Add)

}  // namespace lamina
