// cast(x, dtype): the nearest value of another element type. Floats become integers by cutting off
// the fraction, and saturate at 64 bits; narrower integers wrap from there, as integers do. NaN becomes
// 0. Anything but 0 is true.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Cast : Elementwise<1, Types::Cast> {
  static constexpr auto name = "cast";
  using Attributes = CastAttributes;
  static constexpr auto formula = [](auto x) { return x; };
  static void gradient(Context& c) { c.give(0, c.cotangent()); }
  static void samples(Samples& s) {
    s.call({{2, 3}}, Attributes{float64})
        .call({{2, 3}}, Attributes{int32})
        .call({Shape{}}, Attributes{bool_});
  }
  static constexpr auto doc =
      "The values as another element type.\n"
      ">>> lm.cast(lm.array([1.5, -2.7]), dtype=lm.int32)\n"
      "[1, -2]";
};
LAMINA_OP(Cast)

Array astype(Array x, DType dtype) {
  if (x && x.dtype() == dtype && !x.node()->has(kWeak)) return x;
  return record(ops::op_Cast(), make_attributes(CastAttributes{dtype}), std::move(x));
}

}  // namespace lamina
