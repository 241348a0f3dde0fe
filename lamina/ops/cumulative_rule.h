// What cumulative_sum and cumulative_prod share.
#pragma once

#include "lamina/op/op.h"
#include "lamina/ops/axis_lines.h"
#include "lamina/ops/cumulative.h"

namespace lamina {

void infer_cumulative(Inference& c);
// `initial` is what stands before the first entry: 0 or 1.
Array record_cumulative(const Op& op, Array x, const CumulativeOptions& options, int initial);

// y[i] = combine(y[i - 1], x[i]) along the axis; T computes as double, int64 or uint64.
template <class Combine>
void reference_cumulative(Reference& r, Combine combine) {
  const auto x = r.input(0), y = r.output();
  const int axis = static_cast<int>(r.attributes<AxisAttributes>().axis);
  const AxisLines from(x, axis), to(y, axis);
  dispatch(x.dtype(), [&](auto in_type) {
    dispatch(y.dtype(), [&](auto out_type) {
      using In = decltype(in_type);
      using Out = decltype(out_type);
      using Value = std::conditional_t<std::is_integral_v<Out>, uint64_t, double>;  // integers wrap
      if constexpr (std::is_same_v<In, Out> ||
                    (std::is_integral_v<In> && std::is_integral_v<Out> && sizeof(Out) == 8)) {
        for (int64_t line = 0; line < from.count(); ++line) {
          const In* in = from.at<const In>(line);
          Out* out = to.at<Out>(line);
          Value value = static_cast<Value>(in[0]);
          out[0] = static_cast<Out>(value);
          for (int64_t i = 1; i < from.size(); ++i) {
            value = combine(value, static_cast<Value>(in[i * from.step()]));
            out[i * to.step()] = static_cast<Out>(value);
          }
        }
      }
    });
  });
}

}  // namespace lamina
