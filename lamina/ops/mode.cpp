// mode(x): the most frequent value of each line and the last place where it stands; of several, the
// least one. NaN differs from every value but counts as equal to NaN.
#include <algorithm>
#include <numeric>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reference_values.h"
#include "lamina/op/samples.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/indexing_rule.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/statistics.h"

namespace lamina {

struct Mode {
  static constexpr auto name = "mode";
  static constexpr const char* inputs[] = {"x"};
  static constexpr bool multiple = true;
  using Attributes = AxisAttributes;
  static void infer(Inference& c) {
    const int64_t axis = c.attributes<Attributes>().axis;
    Shape shape = c.shape(0);
    if (axis < 0 || axis >= shape.rank()) {
      throw c.error<IndexError>("axis ", axis, " does not fit ", shape);
    }
    if (shape[axis] == 0) {
      throw c.error<ShapeError>("axis ", axis, " of ", shape, " has no elements");
    }
    shape[axis] = 1;
    c.output(c.dtype(0), shape);
    c.output(int64, shape);
  }
  static void gradient(Context& c) {
    if (!c.has_cotangent(0)) return;
    const int axis = static_cast<int>(c.attributes<Attributes>().axis);
    c.give(0, add_along_axis(zeros_like(c.input(0)), c.output(1), c.cotangent(0), axis));
  }
  static void reference(Reference& r) {
    Reference::with_type(r.input(0).dtype(), [&](auto zero) { find<decltype(zero)>(r); });
  }
  static void samples(Samples& s) {
    s.call({SampleInput({3, 7}, int32, 0, 3)}, Attributes{1});
    s.call({SampleInput{2, 5}.separated()}, Attributes{1});
    s.call({SampleInput({4, 2, 3}, bool_)}, Attributes{0});
    s.call({SampleInput{1}}, Attributes{0}).call({{0, 3}}, Attributes{1});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}}, Attributes{2}, "axis 2 does not fit [2, 3]");
    s.call({{2, 0}}, Attributes{1}, "has no elements");
  }
  static constexpr auto doc =
      "The most frequent value along an axis and the last place where it stands.\n"
      ">>> lm.mode(lm.array([1, 3, 3, 2]))[0]\n3";

 private:
  template <class T>
  static void find(Reference& r) {
    const auto values = r.output(0), indices = r.output(1);
    const std::vector<T> x = values_of<T>(r.input(0));
    const AxisSplit split(r.input(0).shape(), static_cast<int>(r.attributes<Attributes>().axis));
    const bool wide = r.input(0).dtype() == uint64;
    std::vector<int64_t> order(static_cast<size_t>(split.size));
    for (int64_t line = 0; line < split.outer * split.inner; ++line) {
      const int64_t first = line / split.inner * split.size * split.inner + line % split.inner;
      auto at = [&](int64_t i) { return x[first + i * split.inner]; };
      auto less = [&](T a, T b) {
        if constexpr (std::is_same_v<T, int64_t>) {
          if (wide) return static_cast<uint64_t>(a) < static_cast<uint64_t>(b);
        }
        return a < b || (b != b && a == a);
      };
      std::iota(order.begin(), order.end(), 0);
      std::sort(order.begin(), order.end(), [&](int64_t i, int64_t j) {
        return less(at(i), at(j)) || (!less(at(j), at(i)) && i < j);
      });
      int64_t best = 0, most = 0, run = 0;
      for (int64_t i = 0; i < split.size; ++i) {
        run = i > 0 && !less(at(order[i - 1]), at(order[i])) ? run + 1 : 1;
        const bool ends = i + 1 == split.size || less(at(order[i]), at(order[i + 1]));
        if (ends && run > most) best = order[i], most = run;
      }
      Reference::set<T>(values, line, at(best));
      indices.set_integer(line, best);
    }
  }
};
LAMINA_OP(Mode)

Located mode(Array x, LocateOptions options) {
  if (!x) throw StateError("mode: x is an empty Array");
  const int axis = normalize_axis(options.axis, x.ndim(), "mode: axis");
  std::vector<Array> outputs =
      record_multiple(ops::op_Mode(), std::span(&x, 1), make_attributes(AxisAttributes{axis}));
  if (options.keepdims) return {std::move(outputs[0]), std::move(outputs[1])};
  return {squeeze(std::move(outputs[0]), {axis}), squeeze(std::move(outputs[1]), {axis})};
}

}  // namespace lamina
