// Sorting. The order is stable: equal values keep their places. NaN counts as larger than any
// number: it comes last, and first in descending order.
#pragma once

#include "lamina/core/array.h"

namespace lamina {

struct SortOptions {
  int axis = -1;
  bool descending = false;
  bool stable = true;  // false allows another order of equal values; today it is the same
};
Array sort(Array x, SortOptions options = {});
Array argsort(Array x, SortOptions options = {});  // int64: where the sorted values stand in x

struct SortAttributes {
  int64_t axis = 0;  // not negative
  bool descending = false;
  template <class V>
  void fields(V&& v) {
    v("axis", axis), v("descending", descending);
  }
};

// For each value of x2 the place in the sorted 1-d array x1 where it would be put in, int64: before
// equal values, or behind them with right. sorter: the order in which x1 is sorted, as argsort
// gives it.
struct SearchSortedOptions {
  bool right = false;
  Array sorter = {};
};
Array searchsorted(Array x1, Array x2, SearchSortedOptions options = {});

struct SearchSortedAttributes {
  bool right = false;
  template <class V>
  void fields(V&& v) {
    v("right", right);
  }
};

}  // namespace lamina
