// greater(x, y): whether x > y; false if either is NaN.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Greater : Elementwise<2, Types::Predicate> {
  static constexpr auto name = "greater";
  static constexpr auto formula = [](auto x, auto y) { return x > y; };
  static constexpr auto no_gradient = "a comparison is constant almost everywhere";
  static void samples(Samples& s) { s.any().empty(); }
  static constexpr auto doc = "Whether x > y.\n>>> lm.greater(lm.array([1, 3]), 2)\n[False, True]";
};
LAMINA_OP(Greater)

}  // namespace lamina
