#include "lamina/ops/cumulative_extreme.h"

#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina {

Array extreme_places(const Array& x, const Array& y, int axis) {
  IntList column(static_cast<size_t>(x.ndim()), 1);
  column[axis] = x.shape(axis);
  Array place = reshape(arange(x.shape(axis)), std::move(column));
  return cumulative_max(where(x == y, std::move(place), zeros({}, int64)), axis);
}

Array record_extreme(const Op& op, Array x, std::optional<int> axis) {
  if (!x) throw StateError(text(op.name, ": x is an empty Array"));
  if (!axis && x.ndim() != 1) {
    throw ValueError(text(op.name, ": expected an axis for an array with ", x.ndim(), " axes"));
  }
  const int place = normalize_axis(axis.value_or(0), x.ndim(), text(op.name, ": axis"));
  return record(op, make_attributes(AxisAttributes{place}), std::move(x));
}

}  // namespace lamina
