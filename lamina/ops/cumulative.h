// Running sums and products along an axis, the recurrence that their gradients are made of, and
// differences.
#pragma once

#include <optional>

#include "lamina/core/array.h"

namespace lamina {

// Integers and bool are added up as int64 or uint64; floats in their type, internally in float64.
struct CumulativeOptions {
  std::optional<int> axis = std::nullopt;     // may be left out for arrays of one axis
  std::optional<DType> dtype = std::nullopt;  // to compute in, and of the result
  bool include_initial = false;               // one entry more: 0, or 1 for products, comes first
};
Array cumulative_sum(Array x, CumulativeOptions options = {});
Array cumulative_prod(Array x, CumulativeOptions options = {});

// The largest and the smallest of the first entries; NaN from the first NaN on. The axis may be left
// out for arrays of one axis.
Array cumulative_max(Array x, std::optional<int> axis = std::nullopt);
Array cumulative_min(Array x, std::optional<int> axis = std::nullopt);

// Differences of neighbours along an axis, taken n times; prepend and append are put before and
// behind x first.
struct DiffOptions {
  int axis = -1;
  int64_t n = 1;
  Array prepend = {}, append = {};
};
Array diff(Array x, DiffOptions options = {});

// y[i] = a[i] y[i - 1] + b[i] along an axis, with 0 before the first entry; with reverse from the
// last entry to the first.
struct RecurrenceOptions {
  int axis = -1;
  bool reverse = false;
};
Array linear_recurrence(Array a, Array b, RecurrenceOptions options = {});
struct RecurrenceAttributes {
  int64_t axis = 0;  // not negative
  bool reverse = false;
  template <class V>
  void fields(V&& v) {
    v("axis", axis), v("reverse", reverse);
  }
};

// The entries moved by one along an axis, towards its end or its beginning; `fill` comes in.
Array shift_later(Array x, int axis, Array fill = 0);
Array shift_earlier(Array x, int axis, Array fill = 0);

}  // namespace lamina
