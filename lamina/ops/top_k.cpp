// top_k(x, k): the k largest values along an axis, largest first, and where they stand. Among equal
// values the first comes first; NaN counts as larger than any number, as in NumPy's sort.
#include <algorithm>
#include <numeric>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reference_values.h"
#include "lamina/op/samples.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/indexing_rule.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/selection_attributes.h"

namespace lamina {

struct TopKOp {
  static constexpr auto name = "top_k";
  static constexpr const char* inputs[] = {"x"};
  static constexpr bool multiple = true;
  using Attributes = TopKAttributes;
  static void infer(Inference& c) {
    const auto& a = c.attributes<Attributes>();
    Shape shape = c.shape(0);
    if (a.axis < 0 || a.axis >= shape.rank())
      throw c.error<IndexError>("axis ", a.axis, " does not fit ", shape);
    if (a.k < 0 || a.k > shape[a.axis]) {
      throw c.error<ValueError>("k must lie in 0 .. ", shape[a.axis], ", the size of axis ", a.axis,
                                ", got ", a.k);
    }
    shape[a.axis] = a.k;
    c.output(c.dtype(0), shape);
    c.output(int64, shape);
  }
  static void gradient(Context& c) {
    if (!c.has_cotangent(0)) return;
    const int axis = static_cast<int>(c.attributes<Attributes>().axis);
    c.give(0, add_along_axis(zeros_like(c.input(0)), c.output(1), c.cotangent(0), axis));
  }
  static void reference(Reference& r) {
    Reference::with_type(r.output().dtype(), [&](auto zero) { select<decltype(zero)>(r); });
  }
  static void samples(Samples& s) {
    s.call({SampleInput{2, 5}.separated()}, Attributes{2, 1})
        .call({SampleInput{4, 3}.separated()}, Attributes{4, 0});
    s.call({SampleInput{2, 5}.separated()}, Attributes{0, 1})
        .call({SampleInput({6}, int32)}, Attributes{3, 0});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}}, Attributes{4, 1}, "k must lie in 0 .. 3")
        .call({{2, 3}}, Attributes{1, 2}, "axis 2");
  }
  static constexpr auto doc =
      "The k largest values along an axis and where they stand.\n"
      ">>> lm.top_k(lm.array([1, 5, 3]), k=2).values\n[5, 3]";

 private:
  template <class T>
  static void select(Reference& r) {
    const auto& a = r.attributes<Attributes>();
    const auto values = r.output(0), indices = r.output(1);
    const std::vector<T> x = values_of<T>(r.input(0));
    const AxisSplit split(r.input(0).shape(), static_cast<int>(a.axis));
    std::vector<int64_t> order(static_cast<size_t>(split.size));
    for (int64_t line = 0; line < split.outer * split.inner; ++line) {
      const int64_t outer = line / split.inner, inner = line % split.inner;
      auto at = [&](int64_t i) { return x[(outer * split.size + i) * split.inner + inner]; };
      std::iota(order.begin(), order.end(), 0);
      std::partial_sort(order.begin(), order.begin() + a.k, order.end(), [&](int64_t i, int64_t j) {
        const T u = at(i), v = at(j);
        const bool u_nan = u != u, v_nan = v != v;
        if (u_nan != v_nan) return u_nan;
        if (u == v || u_nan) return i < j;
        return u > v;
      });
      for (int64_t i = 0; i < a.k; ++i) {
        const int64_t to = (outer * a.k + i) * split.inner + inner;
        Reference::set<T>(values, to, at(order[i]));
        indices.set_integer(to, order[i]);
      }
    }
  }
};
LAMINA_OP(TopKOp)

TopK top_k(Array x, int64_t k, int axis) {
  if (!x) throw StateError("top_k: x is an empty Array");
  const int place = normalize_axis(axis, x.ndim(), "top_k: axis");
  std::vector<Array> outputs = record_multiple(ops::op_TopKOp(), std::span(&x, 1),
                                               make_attributes(TopKOp::Attributes{k, place}));
  return {std::move(outputs[0]), std::move(outputs[1])};
}

}  // namespace lamina
