#include "lamina/op/reduction.h"

namespace lamina {

Array astype(Array x, DType dtype);  // lamina/ops

Shape reduced_shape(const Shape& shape, const IntList& axes, bool keepdims) {
  Shape result;
  size_t next = 0;
  for (int i = 0; i < shape.rank(); ++i) {
    if (next < axes.size() && axes[next] == i) {
      ++next;
      if (keepdims) result.push_back(1);
    } else {
      result.push_back(shape[i]);
    }
  }
  return result;
}

void infer_reduction(Inference& c, Reduced result) {
  const auto& attributes = c.attributes<ReductionAttributes>();
  DType dtype = c.dtype(0);
  for (size_t i = 0; i < attributes.axis.size(); ++i) {
    int64_t axis = attributes.axis[i];
    if (axis < 0 || axis >= c.shape(0).rank() || (i > 0 && axis <= attributes.axis[i - 1])) {
      throw c.error<IndexError>("axis ", attributes.axis, " does not fit");
    }
  }
  if (result == Reduced::Bool) dtype = DType::Bool;
  if (result == Reduced::Accumulated && !is_floating(dtype)) {
    dtype = dtype == DType::UInt64 || (is_integer(dtype) && !is_signed(dtype)) ? DType::UInt64 : DType::Int64;
  }
  c.output(dtype, reduced_shape(c.shape(0), attributes.axis, attributes.keepdims));
}

Array record_reduction(const Op& op, Array x, const ReduceOptions& options) {
  if (!x) throw StateError(text(op.name, ": x is an empty Array"));
  if (options.dtype && op.monoid != Monoid::Sum && op.monoid != Monoid::Product) {
    throw ValueError(text(op.name, ": a dtype is for sums and products"));
  }
  if (options.dtype) x = astype(std::move(x), *options.dtype);
  ReductionAttributes attributes{options.axis.normalized(x.ndim(), op.name), options.keepdims};
  Array result = record(op, make_attributes(std::move(attributes)), std::move(x));
  return options.dtype ? astype(std::move(result), *options.dtype) : result;
}

}  // namespace lamina
