// prod(x, axis): integers and bool multiply in int64. The derivative by an element is the product
// of all others, found without a division, so that it is right where elements are 0, in second
// order too.
#include <algorithm>

#include "lamina/op/reduction.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/product_of_others.h"
#include "lamina/ops/reduction.h"

namespace lamina {

struct Prod : Reduction<Monoid::Product, Reduced::Accumulated> {
  static constexpr auto name = "prod";
  static void gradient(Context& c) {
    const Array& x = c.input(0);
    const auto& a = c.attributes<Attributes>();
    if (x.size() == 0 || a.axis.empty()) return c.give(0, spread(c.cotangent(), a, x.shape()));
    // Reduced axes go last and become one.
    IntList order, back;
    for (int i = 0; i < x.ndim(); ++i) {
      if (!std::ranges::count(a.axis, i)) order.push_back(i);
    }
    int64_t length = 1;
    for (int64_t axis : a.axis) order.push_back(axis), length *= x.shape()[axis];
    for (int i = 0; i < x.ndim(); ++i) back.push_back(std::ranges::find(order, i) - order.begin());
    Array moved = transpose(x, order);
    const Shape shape = moved.shape();
    Array others = product_of_others(reshape(moved, {x.size() / length, length}));
    others = transpose(reshape(std::move(others), IntList(shape.begin(), shape.end())), back);
    c.give(0, std::move(others) * spread(c.cotangent(), a, x.shape()));
  }
  static void samples(Samples& s) {
    s.call({{2, 3}}, Attributes{{0, 1}}).call({{2, 3}}, Attributes{{0}});
    s.call({{2, 3}}, Attributes{{1}, true})
        .call({Shape{}}, Attributes{})
        .call({{0, 3}}, Attributes{{0}});
    s.call({{3, 4, 5}}, Attributes{{0, 2}}).call({SampleInput({4}, int32)}, Attributes{{0}});
  }
  static void bad_samples(BadSamples& s) { s.call({{2, 3}}, Attributes{{2}}, "axis"); }
  static constexpr auto doc =
      "Product over axes.\n>>> lm.prod(lm.array([[1, 2], [3, 4]]), axis=0)\n[3, 8]";
};
LAMINA_OP(Prod)

Array prod(Array x, ReduceOptions options) {
  return record_reduction(ops::op_Prod(), std::move(x), options);
}

}  // namespace lamina
