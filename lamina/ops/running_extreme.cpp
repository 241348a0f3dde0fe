#include "lamina/ops/running_extreme.h"

#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/indexing_rule.h"

namespace lamina {

void infer_running(Inference& c) {
  const int64_t axis = c.attributes<AxisAttributes>().axis;
  const Shape& x = c.shape(0);
  if (axis < 0 || axis >= x.rank()) {
    throw c.error<IndexError>("axis ", axis, " does not fit ", x);
  }
  c.output(c.dtype(0), x);
  c.output(int64, x);
}

void gradient_running(Context& c) {
  if (!c.has_cotangent(0)) return;
  const int axis = static_cast<int>(c.attributes<AxisAttributes>().axis);
  c.give(0, add_along_axis(zeros_like(c.input(0)), c.output(1), c.cotangent(0), axis));
}

void reference_running(Reference& r, bool largest) {
  Reference::with_type(r.input(0).dtype(), [&](auto zero) {
    using T = decltype(zero);
    const auto x = r.input(0), values = r.output(0), indices = r.output(1);
    const bool wide = x.dtype() == uint64;
    const AxisSplit split(x.shape(), static_cast<int>(r.attributes<AxisAttributes>().axis));
    for (int64_t line = 0; line < split.outer * split.inner; ++line) {
      const int64_t first = line / split.inner * split.size * split.inner + line % split.inner;
      T best{};
      int64_t place = 0;
      for (int64_t i = 0; i < split.size; ++i) {
        const int64_t element = first + i * split.inner;
        const T value = Reference::get<T>(x, element);
        bool less = value < best;
        if constexpr (std::is_same_v<T, int64_t>) {
          if (wide) less = static_cast<uint64_t>(value) < static_cast<uint64_t>(best);
        }
        const bool better = value == best || less != largest;
        if (i == 0 || value != value || (best == best && better)) best = value, place = i;
        Reference::set<T>(values, element, best);
        indices.set_integer(element, place);
      }
    }
  });
}

RunningExtreme record_running(const Op& op, Array x, int axis) {
  if (!x) throw StateError(text(op.name, ": x is an empty Array"));
  const int place = normalize_axis(axis, x.ndim(), text(op.name, ": axis"));
  std::vector<Array> outputs =
      record_multiple(op, std::span(&x, 1), make_attributes(AxisAttributes{place}));
  return {std::move(outputs[0]), std::move(outputs[1])};
}

}  // namespace lamina
