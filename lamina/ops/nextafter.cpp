// nextafter(x, y): the neighbour of x towards y among the values of the element type (IEEE 754); y
// where the two are equal, NaN if either is NaN. An op with a loop of its own rather than a
// formula: formulas compute 16-bit floats in float32, whose neighbours are others. It works on the
// bits, so that numbers below the normal range are reached even where arithmetic takes them as 0.
#include <bit>
#include <cstring>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reference.h"
#include "lamina/op/samples.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina {

namespace {

// Bits is the unsigned integer of the type's size. Magnitudes of one sign are in the order of their
// bits.
template <class Bits>
Bits neighbour(Bits x, Bits y, Bits infinity) {
  constexpr Bits sign = Bits{1} << (8 * sizeof(Bits) - 1);
  const Bits magnitude = x & static_cast<Bits>(~sign), other = y & static_cast<Bits>(~sign);
  if (magnitude > infinity) return x;
  if (other > infinity) return y;
  if (x == y || (magnitude == 0 && other == 0)) return y;
  if (magnitude == 0) return static_cast<Bits>((y & sign) | 1);
  const bool outward = (x & sign) == (y & sign) && other > magnitude;
  return static_cast<Bits>(outward ? x + 1 : x - 1);
}

template <class Bits>
void neighbours(Reference& r, Bits infinity) {
  const auto x = r.input(0), y = r.input(1), result = r.output();
  const bool dense = is_row_major(x.shape(), x.strides()) && is_row_major(y.shape(), y.strides());
  const int64_t count = result.elements();
  auto* to = reinterpret_cast<Bits*>(result.data());
  const auto *a = reinterpret_cast<const Bits*>(x.data()),
             *b = reinterpret_cast<const Bits*>(y.data());
  for (int64_t i = 0; i < count; ++i) {
    to[i] = neighbour(a[dense ? i : x.offset(i)], b[dense ? i : y.offset(i)], infinity);
  }
}

}  // namespace

struct NextAfter {
  static constexpr auto name = "nextafter";
  static constexpr const char* inputs[] = {"x", "y"};
  static constexpr auto no_gradient = "neighbouring values lie in steps";
  static void infer(Inference& c) {
    if (!is_floating(c.dtype(0)) || c.dtype(0) != c.dtype(1))
      throw c.error<DTypeError>("expected floating-point operands of one type");
    if (!(c.shape(0) == c.shape(1))) throw c.error<ShapeError>("expected operands of one shape");
    c.output(c.dtype(0), c.shape(0));
  }
  static void reference(Reference& r) {
    switch (r.output().dtype()) {
      case DType::Float16:
        return neighbours<uint16_t>(r, 0x7c00);
      case DType::BFloat16:
        return neighbours<uint16_t>(r, 0x7f80);
      case DType::Float32:
        return neighbours<uint32_t>(r, 0x7f800000);
      default:
        return neighbours<uint64_t>(r, 0x7ff0000000000000);
    }
  }
  static void samples(Samples& s) {
    s.call({{3, 4}, {3, 4}}).call({Shape{}, Shape{}}).call({{0, 3}, {0, 3}}).call({{1}, {1}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{3}, {2}}, "operands of one shape");
    s.call({{3}, SampleInput({3}, float64)}, "operands of one type");
    s.call({SampleInput({3}, int32), SampleInput({3}, int32)}, "floating-point operands");
  }
  static constexpr auto doc =
      "The next value of the element type from x towards y.\n"
      ">>> lm.nextafter(lm.array([1.0]), lm.array([2.0])) > 1\n[True]";
};
LAMINA_OP(NextAfter)

Array nextafter(Array x, Array y) {
  if (!x || !y) throw StateError(text("nextafter: ", x ? "y" : "x", " is an empty Array"));
  DType dtype = promote(x.dtype(), y.dtype());
  if (!is_floating(dtype)) dtype = float32;
  const Shape shape = broadcast_shapes(x.shape(), y.shape(), "nextafter");
  const IntList sizes(shape.begin(), shape.end());
  x = broadcast_to(astype(std::move(x), dtype), sizes);
  y = broadcast_to(astype(std::move(y), dtype), sizes);
  return record(ops::op_NextAfter(), {}, std::move(x), std::move(y));
}

}  // namespace lamina
