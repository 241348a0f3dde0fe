#include "lamina/ops/cumulative_rule.h"

#include "lamina/base/error.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina {

void infer_cumulative(Inference& c) {
  const int64_t axis = c.attributes<AxisAttributes>().axis;
  if (axis < 0 || axis >= c.shape(0).rank())
    throw c.error<IndexError>("axis ", axis, " does not fit ", c.shape(0));
  DType dtype = c.dtype(0);
  if (!is_floating(dtype)) dtype = is_integer(dtype) && !is_signed(dtype) ? uint64 : int64;
  c.output(dtype, c.shape(0));
}

Array record_cumulative(const Op& op, Array x, const CumulativeOptions& options, int initial) {
  if (!x) throw StateError(text(op.name, ": x is an empty Array"));
  if (!options.axis && x.ndim() != 1) {
    throw ValueError(text(op.name, ": expected an axis for an array with ", x.ndim(), " axes"))
        .help("flatten the array for one sum over all elements");
  }
  const int axis = normalize_axis(options.axis.value_or(0), x.ndim(), text(op.name, ": axis"));
  if (options.dtype) x = astype(std::move(x), *options.dtype);
  Array y = record(op, make_attributes(AxisAttributes{axis}), std::move(x));
  if (options.dtype) y = astype(std::move(y), *options.dtype);
  if (!options.include_initial) return y;
  IntList low(static_cast<size_t>(y.ndim()), 0), high = low;
  low[axis] = 1;
  return pad(std::move(y), std::move(low), std::move(high), Array(initial));
}

namespace {

Array shifted(Array x, int axis, Array fill, bool later) {
  const int64_t size = x.shape(axis);
  if (size == 0) return x;
  IntList zero(static_cast<size_t>(x.ndim()), 0), one = zero;
  IntList stop(x.shape().begin(), x.shape().end());
  one[axis] = 1;
  if (later) {
    stop[axis] = size - 1;
    return pad(slice(std::move(x), zero, stop), one, zero, std::move(fill));
  }
  return pad(slice(std::move(x), one, stop), zero, one, std::move(fill));
}

}  // namespace

Array shift_later(Array x, int axis, Array fill) {
  return shifted(std::move(x), axis, std::move(fill), true);
}
Array shift_earlier(Array x, int axis, Array fill) {
  return shifted(std::move(x), axis, std::move(fill), false);
}

}  // namespace lamina
