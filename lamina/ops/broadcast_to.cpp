// broadcast_to(x, shape): x repeated along new axes and axes of size 1; a view with stride 0.
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reduction.h"
#include "lamina/op/samples.h"
#include "lamina/ops/movement.h"

namespace lamina {

struct BroadcastTo {
  static constexpr auto name = "broadcast_to";
  static constexpr const char* inputs[] = {"x"};
  struct Attributes {
    IntList shape;
    template <class V>
    void fields(V&& v) {
      v("shape", shape);
    }
  };
  static void infer(Inference& c) {
    const IntList& wanted = c.attributes<Attributes>().shape;
    Shape shape(wanted.begin(), wanted.end());
    check_shape(shape, size_of(c.dtype(0)), "broadcast_to: shape");
    const Shape& x = c.shape(0);
    int added = shape.rank() - x.rank();
    bool fits = added >= 0;
    for (int i = 0; fits && i < x.rank(); ++i) fits = x[i] == shape[added + i] || x[i] == 1;
    if (!fits) throw c.error<ShapeError>("cannot broadcast ", x, " to ", shape);
    c.output(c.dtype(0), std::move(shape));
  }
  static void gradient(Context& c) {
    c.give(0, c.cotangent());
  }  // give() sums over what was repeated
  static std::optional<View> view(const AttributesBase*, const Operand& x, const Spec& y) {
    View view;
    int added = y.shape.rank() - x.shape.rank();
    for (int i = 0; i < y.shape.rank(); ++i) {
      bool repeated = i < added || (x.shape[i - added] == 1 && y.shape[i] != 1);
      view.strides.push_back(repeated ? 0 : x.strides[i - added]);
    }
    return view;
  }
  static void samples(Samples& s) {
    s.call({{3}}, Attributes{{2, 3}})
        .call({{2, 1}}, Attributes{{2, 4}})
        .call({Shape{}}, Attributes{{2}});
    s.call({{1, 3}}, Attributes{{0, 3}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}}, Attributes{{3}}, "cannot broadcast")
        .call({{2, 3}}, Attributes{{2, 4}}, "cannot broadcast");
    s.call({{3}}, Attributes{{int64_t{1} << 40, int64_t{1} << 40, 3}}, "more bytes");
  }
  static constexpr auto doc =
      "The array repeated along new axes and axes of size 1.\n"
      ">>> lm.broadcast_to(lm.array([1, 2]), shape=(2, 2))\n[[1, 2],\n [1, 2]]";
};
LAMINA_OP(BroadcastTo)

Array broadcast_to(Array x, IntList shape) {
  if (x && x.shape() == Shape(shape.begin(), shape.end())) return x;
  return record(ops::op_BroadcastTo(), make_attributes(BroadcastTo::Attributes{std::move(shape)}),
                std::move(x));
}

Array spread(Array reduced, const ReductionAttributes& attributes, const Shape& shape) {
  if (!attributes.keepdims) {
    Shape kept = reduced_shape(shape, attributes.axis, true);
    reduced = reshape(std::move(reduced), IntList(kept.begin(), kept.end()));
  }
  return broadcast_to(std::move(reduced), IntList(shape.begin(), shape.end()));
}

}  // namespace lamina
