// floor(x): the largest whole number not above x; integers stay as they are.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Floor : Elementwise<1, Types::Numeric> {
  static constexpr auto name = "floor";
  static constexpr auto formula = [](auto x) { return floor(x); };
  static constexpr auto no_gradient = "a rounded value is constant almost everywhere";
  static void samples(Samples& s) { s.numbers().large(1e4).empty(); }
  static constexpr auto doc =
      "The largest whole number not above x.\n>>> lm.floor(lm.array([1.5, -1.5]))\n[1, -2]";
};
LAMINA_OP(Floor)

}  // namespace lamina
