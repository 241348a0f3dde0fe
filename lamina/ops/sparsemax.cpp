// sparsemax(x) = the point p of the simplex (p >= 0, sum 1) with the least |p - x| (Martins and
// Astudillo 2016): max(x - t, 0) for the t that makes the sum 1, found by sorting. NaN, or nothing
// but -inf, gives NaN. Gradient: on the entries above 0, g minus the mean of g over them.
#include <algorithm>
#include <functional>
#include <vector>

#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing_rule.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/softmax_attributes.h"
#include "lamina/ops/softmax_rule.h"

namespace lamina {

struct Sparsemax {
  static constexpr auto name = "sparsemax";
  static constexpr const char* inputs[] = {"x"};
  using Attributes = SoftmaxAttributes;
  static void infer(Inference& c) { infer_softmax(c); }
  static void gradient(Context& c) {
    const Axes axis = static_cast<int>(c.attributes<Attributes>().axis);
    const Array support = c.output() > 0.0, g = c.cotangent();
    Array total = sum(where(support, g, 0.0), {.axis = axis, .keepdims = true});
    Array count = sum(astype(support, g.dtype()), {.axis = axis, .keepdims = true});
    c.give(0, where(support, g - total / count, 0.0));
  }
  static void reference(Reference& r) {
    const auto x = r.input(0), y = r.output();
    const AxisSplit split(x.shape(), static_cast<int>(r.attributes<Attributes>().axis));
    std::vector<double> row(static_cast<size_t>(split.size)), sorted;
    for (int64_t i = 0; i < split.outer * split.inner; ++i) {
      const int64_t first = i / split.inner * split.size * split.inner + i % split.inner;
      for (size_t k = 0; k < row.size(); ++k)
        row[k] = x.real(first + static_cast<int64_t>(k) * split.inner);
      const double threshold = threshold_of(row, sorted);
      for (size_t k = 0; k < row.size(); ++k) {
        const double above = row[k] - threshold;
        y.set_real(first + static_cast<int64_t>(k) * split.inner, above < 0 ? 0 : above);
      }
    }
  }
  // The t for which max(x - t, 0) adds up to 1.
  static double threshold_of(const std::vector<double>& row, std::vector<double>& sorted) {
    for (double v : row) {
      if (v != v) return v;
    }
    sorted = row;
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    double total = 0, threshold = 0;
    for (size_t k = 0; k < sorted.size(); ++k) {
      total += sorted[k];
      const double t = (total - 1) / static_cast<double>(k + 1);
      if (k > 0 && !(sorted[k] > t)) break;
      threshold = t;
    }
    return threshold;
  }
  static void samples(Samples& s) {
    s.call({{2, 3}}, Attributes{1}).call({{2, 3}}, Attributes{0}).call({{1}}, Attributes{0});
    s.call({{2, 3, 4}}, Attributes{1}).call({{0, 3}}, Attributes{1}).call({{7, 90}}, Attributes{1});
  }
  static void bad_samples(BadSamples& s) { softmax_bad_samples(s); }
  static constexpr auto doc =
      "The nearest probabilities: like softmax, but small entries become exactly 0.\n"
      ">>> lm.sparsemax(lm.array([1.0, 0.5, -1.0]))\n[0.75, 0.25, 0]";
};
LAMINA_OP(Sparsemax)

Array sparsemax(Array x, int axis) {
  return record_softmax(ops::op_Sparsemax(), std::move(x), axis);
}

}  // namespace lamina
