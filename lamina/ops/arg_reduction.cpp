#include "lamina/ops/arg_reduction.h"

#include <type_traits>

#include "lamina/ops/movement.h"

namespace lamina {

void infer_arg(Inference& c) {
  const auto& a = c.attributes<ArgAttributes>();
  const Shape& shape = c.shape(0);
  if (a.axis < 0 || a.axis >= shape.rank())
    throw c.error<IndexError>("axis ", a.axis, " does not fit");
  if (shape[a.axis] == 0) throw c.error<ValueError>("axis ", a.axis, " has no elements");
  c.output(int64, reduced_shape(shape, {a.axis}, a.keepdims));
}

namespace {

// Whether v takes the place of the extreme value found so far. NaN takes any place but a NaN's.
template <class T>
bool beats(T v, T extreme, bool largest) {
  if constexpr (std::is_floating_point_v<T>) {
    if (v != v) return extreme == extreme;
  }
  return largest ? v > extreme : v < extreme;
}

}  // namespace

void reference_arg(Reference& r, bool largest) {
  const ReferenceOperand x = r.input(0), y = r.output();
  const auto axis = static_cast<int>(r.attributes<ArgAttributes>().axis);
  int64_t after = 1;
  for (int i = axis + 1; i < x.rank(); ++i) after *= x.size(i);
  const int64_t length = x.size(axis);
  auto search = [&](auto zero, auto value_type) {
    using Read = decltype(zero);
    using T = decltype(value_type);
    for (int64_t k = 0; k < y.elements(); ++k) {
      const int64_t first = k / after * after * length + k % after;
      int64_t position = 0;
      T extreme = static_cast<T>(Reference::get<Read>(x, first));
      for (int64_t i = 1; i < length; ++i) {
        const T v = static_cast<T>(Reference::get<Read>(x, first + i * after));
        if (beats(v, extreme, largest)) extreme = v, position = i;
      }
      y.set_integer(k, position);
    }
  };
  if (is_floating(x.dtype())) {
    search(double{}, double{});
  } else if (x.dtype() == uint64) {
    search(int64_t{}, uint64_t{});
  } else {
    search(int64_t{}, int64_t{});
  }
}

Array record_arg(const Op& op, Array x, const ArgOptions& options) {
  if (!x) throw StateError(text(op.name, ": x is an empty Array"));
  const int rank = x.ndim();
  if (options.axis) {
    const int axis = normalize_axis(*options.axis, rank, text(op.name, ": axis"));
    return record(op, make_attributes(ArgAttributes{axis, options.keepdims}), std::move(x));
  }
  Array position = record(op, make_attributes(ArgAttributes{}), reshape(std::move(x), {-1}));
  if (!options.keepdims) return position;
  IntList ones;
  for (int i = 0; i < rank; ++i) ones.push_back(1);
  return reshape(std::move(position), std::move(ones));
}

}  // namespace lamina
