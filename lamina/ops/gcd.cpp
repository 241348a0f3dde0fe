// gcd(x, y), the greatest common divisor of integers, by Euclid's algorithm on their absolute values;
// gcd(x, 0) is |x|. A loop of its own: how many steps it takes depends on the values.
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reference.h"
#include "lamina/op/samples.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/special.h"

namespace lamina {

namespace {

uint64_t magnitude(int64_t value, bool is_signed) {
  const auto bits = static_cast<uint64_t>(value);
  return is_signed && value < 0 ? uint64_t{0} - bits : bits;
}

uint64_t euclid(uint64_t a, uint64_t b) {
  while (b != 0) {
    const uint64_t rest = a % b;
    a = b, b = rest;
  }
  return a;
}

}  // namespace

struct GreatestCommonDivisor {
  static constexpr auto name = "gcd";
  static constexpr const char* inputs[] = {"x", "y"};
  static constexpr auto no_gradient = "integers do not change smoothly";
  static void infer(Inference& c) {
    if (!is_integer(c.dtype(0)) || c.dtype(0) != c.dtype(1))
      throw c.error<DTypeError>("expected integers of one type");
    if (!(c.shape(0) == c.shape(1))) throw c.error<ShapeError>("expected operands of one shape");
    c.output(c.dtype(0), c.shape(0));
  }
  static void reference(Reference& r) {
    const auto x = r.input(0), y = r.input(1), result = r.output();
    const bool negative = is_signed(x.dtype());
    for (int64_t i = 0; i < result.elements(); ++i) {
      const uint64_t divisor =
          euclid(magnitude(x.integer(i), negative), magnitude(y.integer(i), negative));
      result.set_integer(i, static_cast<int64_t>(divisor));
    }
  }
  static void samples(Samples& s) {
    for (DType dtype : {int8, uint8, int32, int64, uint64}) {
      const double low = is_signed(dtype) ? -100 : 0;
      s.call({SampleInput({3, 4}, dtype, low, 100), SampleInput({3, 4}, dtype, low, 100)});
    }
    s.call({SampleInput(Shape{}, int32, 0, 9), SampleInput(Shape{}, int32, 0, 9)});
    s.call({SampleInput({0, 3}, int32), SampleInput({0, 3}, int32)});
  }
  static void bad_samples(BadSamples& s) {
    s.call({SampleInput({3}, int32), SampleInput({2}, int32)}, "operands of one shape");
    s.call({SampleInput({3}, int32), SampleInput({3}, int64)}, "integers of one type");
    s.call({{3}, {3}}, "integers of one type");
  }
  static constexpr auto doc =
      "The greatest common divisor of integers.\n"
      ">>> lm.gcd(lm.array([12, -9, 0]), lm.array([18, 6, 5]))\n[6, 3, 5]";
};
LAMINA_OP(GreatestCommonDivisor)

Array gcd(Array x, Array y) {
  if (!x || !y) throw StateError(text("gcd: ", x ? "y" : "x", " is an empty Array"));
  const DType dtype = promote(x.dtype(), y.dtype());
  if (!is_integer(dtype)) {
    throw DTypeError(text("gcd: expected integers, got ", describe(x), " and ", describe(y)));
  }
  const Shape shape = broadcast_shapes(x.shape(), y.shape(), "gcd");
  const IntList sizes(shape.begin(), shape.end());
  x = broadcast_to(astype(std::move(x), dtype), sizes);
  y = broadcast_to(astype(std::move(y), dtype), sizes);
  return record(ops::op_GreatestCommonDivisor(), {}, std::move(x), std::move(y));
}

}  // namespace lamina
