// Sorting, searching and sets.
#include "lamina/ops/sorting.h"

#include "bindings.h"
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/ops/searching.h"
#include "lamina/ops/sets.h"
#include "named_tuple.h"

namespace lamina::python {
namespace {

// The values have to be known now; other threads go on meanwhile.
template <class F>
auto evaluated(const Array& x, F&& function) {
  {
    ReleaseGil released;
    x.eval();
  }
  return function();
}

bool is_right(std::string_view side) {
  if (side == "left") return false;
  if (side == "right") return true;
  throw ValueError(text("searchsorted: expected side \"left\" or \"right\", got \"", side, "\""));
}

const char* doc_of(const char* name) { return op::find(name)->doc; }

void bind_sort(nb::module_& m, const char* name, Array (*function)(Array, SortOptions)) {
  m.def(
      name,
      [=](Array x, int axis, bool descending, bool stable) {
        return function(std::move(x), {axis, descending, stable});
      },
      nb::arg("x"), nb::arg("axis") = -1, nb::arg("descending") = false, nb::arg("stable") = true,
      doc_of(name));
}

void bind_searching(nb::module_& m) {
  m.def(
      "searchsorted",
      [](Array x1, Array x2, std::string_view side, std::optional<Array> sorter) {
        SearchSortedOptions options{is_right(side), sorter ? std::move(*sorter) : Array()};
        return searchsorted(std::move(x1), std::move(x2), std::move(options));
      },
      nb::arg("x1"), nb::arg("x2"), nb::arg("side") = "left", nb::arg("sorter") = nb::none(),
      doc_of("searchsorted"));
  m.def(
      "nonzero",
      [](Array x) {
        return evaluated(x, [&] {
          std::vector<Array> axes = nonzero(x);
          return nb::tuple(nb::cast(std::move(axes)));
        });
      },
      nb::arg("x"),
      "The places of the elements that are not 0: one array for each axis. Evaluates x.\n"
      ">>> lm.nonzero(lm.array([0, 5, 0, 7]))[0]\n[1, 3]");
  m.def(
      "count_nonzero",
      [](Array x, nb::handle axis, bool keepdims) {
        return count_nonzero(std::move(x), {to_axes(axis, "count_nonzero: axis"), keepdims});
      },
      nb::arg("x"), nb::arg("axis") = nb::none(), nb::arg("keepdims") = false,
      "How many elements along axes are not 0.\n>>> lm.count_nonzero(lm.array([0, 5, 7]))\n2");
}

void bind_sets(nb::module_& m) {
  m.def(
      "unique_values", [](Array x) { return evaluated(x, [&] { return unique_values(x); }); },
      nb::arg("x"),
      "The different values in ascending order; every NaN is one of its own. Evaluates x.\n"
      ">>> lm.unique_values(lm.array([3, 1, 3]))\n[1, 3]");
  m.def(
      "unique_counts",
      [](Array x) {
        static NamedTuple result("UniqueCountsResult", {"values", "counts"});
        return evaluated(x, [&] {
          UniqueCounts u = unique_counts(x);
          return result(std::move(u.values), std::move(u.counts));
        });
      },
      nb::arg("x"),
      "The different values and how often each stands in x. Evaluates x.\n"
      ">>> lm.unique_counts(lm.array([3, 1, 3])).counts\n[1, 2]");
  m.def(
      "unique_inverse",
      [](Array x) {
        static NamedTuple result("UniqueInverseResult", {"values", "inverse_indices"});
        return evaluated(x, [&] {
          UniqueInverse u = unique_inverse(x);
          return result(std::move(u.values), std::move(u.inverse_indices));
        });
      },
      nb::arg("x"),
      "The different values, and for each element of x the number of its value. Evaluates x.\n"
      ">>> lm.unique_inverse(lm.array([3, 1, 3])).inverse_indices\n[1, 0, 1]");
  m.def(
      "unique_all",
      [](Array x) {
        static NamedTuple result("UniqueAllResult",
                                 {"values", "indices", "inverse_indices", "counts"});
        return evaluated(x, [&] {
          UniqueAll u = unique_all(x);
          return result(std::move(u.values), std::move(u.indices), std::move(u.inverse_indices),
                        std::move(u.counts));
        });
      },
      nb::arg("x"),
      "The different values, where each first stands, each element's value, and the counts. "
      "Evaluates x.\n"
      ">>> lm.unique_all(lm.array([3, 1, 3])).indices\n[1, 0]");
}

}  // namespace

void bind_sorting(nb::module_& m) {
  bind_sort(m, "sort", &sort);
  bind_sort(m, "argsort", &argsort);
  bind_searching(m);
  bind_sets(m);
}

}  // namespace lamina::python
