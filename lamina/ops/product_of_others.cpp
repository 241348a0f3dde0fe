// product_of_others(x [rows, length]): without a division, so that it is right where elements are 0,
// and so are its own derivatives.
#include "lamina/ops/product_of_others.h"

#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina {

namespace {

// The product of those in the other pairs, times the other one of the pair. Linear in the length,
// and as deep as its logarithm.
Array by_pairs(const Array& x) {
  const int64_t rows = x.shape()[0], length = x.shape()[1], half = (length + 1) / 2;
  if (length <= 1) return ones_like(x);
  const Array even = length == 2 * half ? x : pad(x, {0, 0}, {0, 1}, 1.0);
  const Array pairs = reshape(even, {rows, half, 2});
  const Array products =
      slice(pairs, {0, 0, 0}, {rows, half, 1}) * slice(pairs, {0, 0, 1}, {rows, half, 2});
  const Array others = reshape(by_pairs(reshape(products, {rows, half})), {rows, half, 1});
  return slice(reshape(flip(pairs, {2}) * others, {rows, 2 * half}), {0, 0}, {rows, length});
}

}  // namespace

struct ProductOfOthers {
  static constexpr auto name = "product_of_others";
  static constexpr const char* inputs[] = {"x"};
  static void infer(Inference& c) {
    if (!is_floating(c.dtype(0))) {
      throw c.error<DTypeError>("expected a floating-point type, got ", c.dtype(0));
    }
    if (c.shape(0).rank() != 2) {
      throw c.error<ShapeError>("expected rows [rows, length], got ", c.shape(0));
    }
    c.output(c.dtype(0), c.shape(0));
  }
  static Array decompose(Context& c) { return by_pairs(c.input(0)); }
  static void samples(Samples& s) {
    s.call({{3, 5}}).call({{2, 8}}).call({{2, 1}}).call({{3, 2}}).call({{0, 4}}).call({{2, 0}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({Shape{4}}, "expected rows [rows, length]");
    s.call({SampleInput({2, 3}, int32)}, "expected a floating-point type");
  }
  static constexpr auto doc = "Of each row the product of all elements but the one in the place.";
};
LAMINA_OP(ProductOfOthers)

Array product_of_others(Array x) { return record(ops::op_ProductOfOthers(), {}, std::move(x)); }

}  // namespace lamina
