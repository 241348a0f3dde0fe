// not_equal(x, y): whether x != y; true if either is NaN.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct NotEqual : Elementwise<2, Types::Predicate> {
  static constexpr auto name = "not_equal";
  static constexpr auto formula = [](auto x, auto y) { return x != y; };
  static constexpr auto no_gradient = "a comparison is constant almost everywhere";
  static void samples(Samples& s) { s.any().empty(); }
  static constexpr auto doc =
      "Whether x != y.\n>>> lm.not_equal(lm.array([1, 3]), 2)\n[True, True]";
};
LAMINA_OP(NotEqual)

}  // namespace lamina
