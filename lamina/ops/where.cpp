// where(condition, x, y): x where the condition holds, y elsewhere.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Where : Elementwise<3, Types::Choice> {
  static constexpr auto name = "where";
  static constexpr const char* inputs[] = {"condition", "x", "y"};
  static constexpr auto formula = [](auto c, auto x, auto y) { return where(c, x, y); };
  static void gradient(Context& c) {
    c.give(1, where(c.input(0), c.cotangent(), 0.0));
    c.give(2, where(c.input(0), 0.0, c.cotangent()));
  }
  static void samples(Samples& s) { s.any().empty(); }
  static constexpr auto doc =
      "Chooses element by element.\n>>> lm.where(lm.array([True, False]), 1, 2)\n[1, 2]";
};
LAMINA_OP(Where)

}  // namespace lamina
