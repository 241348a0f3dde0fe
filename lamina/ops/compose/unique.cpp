// unique_*(x): the elements in a stable order; equal neighbours are one value, and the first of
// them in that order is the first in x.
#include "lamina/base/error.h"
#include "lamina/exec/evaluate.h"
#include "lamina/ops/axis_lines.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/sets.h"
#include "lamina/ops/sorting.h"

namespace lamina {
namespace {

struct Groups {
  std::vector<int64_t> order;  // of x's elements
  std::vector<int64_t>
      starts;  // places in `order` where a value begins; the number of elements at the end
};

Groups groups_of(const Array& x) {
  const Array flat = reshape(x, {x.size()});
  const HostValue host = host_value(flat), sorted = host_value(argsort(flat));
  const auto* order = reinterpret_cast<const int64_t*>(sorted.data());
  Groups groups;
  groups.order.assign(order, order + x.size());
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    using Key = SortKey<T>;
    const T* values = reinterpret_cast<const T*>(host.data());
    Key last{};
    for (size_t i = 0; i < groups.order.size(); ++i) {
      const Key key = static_cast<Key>(values[groups.order[i]]);
      if (i == 0 || !(key == last)) groups.starts.push_back(static_cast<int64_t>(i));  // NaN too
      last = key;
    }
    groups.starts.push_back(x.size());
  });
  return groups;
}

Array integers(const std::vector<int64_t>& values) {
  return from_data(values.data(), {static_cast<int64_t>(values.size())}, int64);
}

Array first_places(const Groups& groups) {
  std::vector<int64_t> places;
  for (size_t k = 0; k + 1 < groups.starts.size(); ++k)
    places.push_back(groups.order[static_cast<size_t>(groups.starts[k])]);
  return integers(places);
}

Array counts_of(const Groups& groups) {
  std::vector<int64_t> counts;
  for (size_t k = 0; k + 1 < groups.starts.size(); ++k)
    counts.push_back(groups.starts[k + 1] - groups.starts[k]);
  return integers(counts);
}

Array inverse_of(const Groups& groups, const Array& x) {
  std::vector<int64_t> inverse(groups.order.size());
  for (size_t k = 0; k + 1 < groups.starts.size(); ++k) {
    for (int64_t i = groups.starts[k]; i < groups.starts[k + 1]; ++i)
      inverse[static_cast<size_t>(groups.order[static_cast<size_t>(i)])] = static_cast<int64_t>(k);
  }
  return from_data(inverse.data(), x.shape(), int64);
}

// Taken from x rather than written anew, so that gradients flow to the elements that were chosen.
Array values_of_groups(const Array& x, const Array& places) {
  return take(reshape(x, {x.size()}), places, 0);
}

void check(const Array& x, const char* function) {
  if (!x) throw StateError(text(function, ": x is an empty Array"));
}

}  // namespace

Array unique_values(Array x) {
  check(x, "unique_values");
  return values_of_groups(x, first_places(groups_of(x)));
}

UniqueCounts unique_counts(Array x) {
  check(x, "unique_counts");
  const Groups groups = groups_of(x);
  return {values_of_groups(x, first_places(groups)), counts_of(groups)};
}

UniqueInverse unique_inverse(Array x) {
  check(x, "unique_inverse");
  const Groups groups = groups_of(x);
  return {values_of_groups(x, first_places(groups)), inverse_of(groups, x)};
}

UniqueAll unique_all(Array x) {
  check(x, "unique_all");
  const Groups groups = groups_of(x);
  const Array places = first_places(groups);
  return {values_of_groups(x, places), places, inverse_of(groups, x), counts_of(groups)};
}

}  // namespace lamina
