#include "lamina/ops/sort_rule.h"

#include "lamina/base/error.h"

namespace lamina {

void check_sort(const Inference& c) {
  const int64_t axis = c.attributes<SortAttributes>().axis;
  if (axis < 0 || axis >= c.shape(0).rank())
    throw c.error<IndexError>("axis ", axis, " does not fit ", c.shape(0));
}

AttributesRef sort_attributes(const char* op, const Array& x, const SortOptions& options) {
  if (!x) throw StateError(text(op, ": x is an empty Array"));
  const int axis = normalize_axis(options.axis, x.ndim(), text(op, ": axis"));
  return make_attributes(SortAttributes{axis, options.descending});
}

}  // namespace lamina
