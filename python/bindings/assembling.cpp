// Arrays put together and taken apart, arrays of a simple rule, and operations on sets.
#include "lamina/ops/assembling.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/base/error.h"
#include "lamina/ops/sets.h"

namespace lamina::python {
namespace {

DType dtype_or_float32(nb::handle dtype) { return dtype.is_none() ? float32 : to_dtype(dtype); }

nb::tuple tuple_of(std::vector<Array> arrays) {
  nb::list list;
  for (Array& array : arrays) list.append(nb::cast(std::move(array)));
  return nb::tuple(list);
}

int64_t size_or_same(std::optional<int64_t> columns, const char* function) {
  if (columns && *columns < 0) {
    throw ValueError(text(function, ": columns must not be negative, got ", *columns));
  }
  return columns.value_or(-1);
}

void bind_stacks(nb::module_& m) {
  m.def("atleast_1d", &atleast_1d, nb::arg("x"),
        "x with one axis or more.\n>>> lm.atleast_1d(3)\n[3]");
  m.def("atleast_2d", &atleast_2d, nb::arg("x"),
        "x with two axes or more; a vector becomes a row.\n"
        ">>> lm.atleast_2d(lm.array([1, 2]))\n[[1, 2]]");
  m.def("atleast_3d", &atleast_3d, nb::arg("x"),
        "x with three axes or more; a vector becomes [1, N, 1].\n"
        ">>> lm.atleast_3d(lm.array([1, 2])).shape\n(1, 2, 1)");
  m.def("hstack", &hstack, nb::arg("arrays"),
        "Arrays side by side: along axis 1, vectors along axis 0.\n"
        ">>> lm.hstack([lm.array([1, 2]), lm.array([3])])\n[1, 2, 3]");
  m.def("vstack", &vstack, nb::arg("arrays"),
        "Arrays one below the other, vectors as rows.\n"
        ">>> lm.vstack([lm.array([1, 2]), lm.array([3, 4])])\n[[1, 2],\n [3, 4]]");
  m.def("dstack", &dstack, nb::arg("arrays"),
        "Arrays along axis 2.\n>>> lm.dstack([lm.ones((2, 3)), lm.ones((2, 3))]).shape\n(2, 3, 2)");
  m.def("column_stack", &column_stack, nb::arg("arrays"),
        "Vectors as the columns of a matrix.\n"
        ">>> lm.column_stack([lm.array([1, 2]), lm.array([3, 4])])\n[[1, 3],\n [2, 4]]");
  m.def(
      "append",
      [](Array x, Array values, std::optional<int> axis) {
        return append(std::move(x), std::move(values), {axis});
      },
      nb::arg("x"), nb::arg("values"), nb::arg("axis") = nb::none(),
      "values behind x; both are flattened when no axis is given.\n"
      ">>> lm.append(lm.array([1, 2]), 3)\n[1, 2, 3]");
  m.def(
      "array_split",
      [](Array x, nb::handle parts, int axis) {
        if (nb::isinstance<nb::int_>(parts)) {
          return tuple_of(array_split(std::move(x), to_int(parts, "array_split: parts"), axis));
        }
        return tuple_of(array_split(std::move(x), to_int_list(parts, "array_split: parts"), axis));
      },
      nb::arg("x"), nb::arg("parts"), nb::arg("axis") = 0,
      "Parts of nearly equal size, or cut at a list of places.\n"
      ">>> lm.array_split(lm.arange(3), 2)[0]\n[0, 1]");
  m.def(
      "unflatten",
      [](Array x, int axis, nb::handle sizes) {
        return unflatten(std::move(x), axis, to_int_list(sizes, "unflatten: sizes"));
      },
      nb::arg("x"), nb::arg("axis"), nb::arg("sizes"),
      "An axis split into several; one size may be -1.\n"
      ">>> lm.unflatten(lm.ones((2, 6)), 1, (3, -1)).shape\n(2, 3, 2)");
}

void bind_rules(nb::module_& m) {
  m.def("diagflat", &diagflat, nb::arg("x"), nb::arg("k") = 0,
        "The elements of x on the k-th diagonal of a matrix of zeros.\n"
        ">>> lm.diagflat(lm.array([1, 2]))\n[[1, 0],\n [0, 2]]");
  m.def(
      "tri",
      [](int64_t rows, std::optional<int64_t> columns, int64_t k, nb::handle dtype) {
        return tri(rows, size_or_same(columns, "tri"), k, dtype_or_float32(dtype));
      },
      nb::arg("rows"), nb::arg("columns") = nb::none(), nb::arg("k") = 0,
      nb::arg("dtype") = nb::none(),
      "Ones on and below the k-th diagonal.\n>>> lm.tri(2, 3)\n[[1, 0, 0],\n [1, 1, 0]]");
  m.def(
      "tril_indices",
      [](int64_t rows, int64_t k, std::optional<int64_t> columns) {
        return tuple_of(tril_indices(rows, k, size_or_same(columns, "tril_indices")));
      },
      nb::arg("rows"), nb::arg("k") = 0, nb::arg("columns") = nb::none(),
      "Row and column numbers of the elements on and below the k-th diagonal.\n"
      ">>> lm.tril_indices(2)[0]\n[0, 1, 1]");
  m.def(
      "triu_indices",
      [](int64_t rows, int64_t k, std::optional<int64_t> columns) {
        return tuple_of(triu_indices(rows, k, size_or_same(columns, "triu_indices")));
      },
      nb::arg("rows"), nb::arg("k") = 0, nb::arg("columns") = nb::none(),
      "Row and column numbers of the elements on and above the k-th diagonal.\n"
      ">>> lm.triu_indices(2)[0]\n[0, 0, 1]");
  m.def(
      "indices", [](nb::handle shape) { return indices(to_int_list(shape, "indices: shape")); },
      nb::arg("shape"),
      "The index of each element of an array of a shape: [rank, shape..].\n"
      ">>> lm.indices((2, 2))[0]\n[[0, 0],\n [1, 1]]");
  m.def(
      "unravel_index",
      [](Array numbers, nb::handle shape) {
        return tuple_of(
            unravel_index(std::move(numbers), to_int_list(shape, "unravel_index: shape")));
      },
      nb::arg("numbers"), nb::arg("shape"),
      "Row-major numbers of elements as indices, one array for each axis.\n"
      ">>> lm.unravel_index(lm.array([1, 5]), (2, 3))[1]\n[1, 2]");
  m.def(
      "ravel_multi_index",
      [](std::vector<Array> index, nb::handle shape) {
        return ravel_multi_index(std::move(index), to_int_list(shape, "ravel_multi_index: shape"));
      },
      nb::arg("index"), nb::arg("shape"),
      "Indices, one array for each axis, as row-major numbers.\n"
      ">>> lm.ravel_multi_index((lm.array([0, 1]), lm.array([1, 2])), (2, 3))\n[1, 5]");
  m.def(
      "logspace",
      [](double start, double stop, int64_t num, bool endpoint, double base, nb::handle dtype) {
        return logspace(start, stop, {num, endpoint, base, dtype_or_float32(dtype)});
      },
      nb::arg("start"), nb::arg("stop"), nb::arg("num") = 50, nb::arg("endpoint") = true,
      nb::arg("base") = 10.0, nb::arg("dtype") = nb::none(),
      "base^start .. base^stop with equal quotients.\n>>> lm.logspace(0, 2, 3)\n[1, 10, 100]");
  m.def(
      "geomspace",
      [](double start, double stop, int64_t num, bool endpoint, nb::handle dtype) {
        return geomspace(start, stop,
                         {.num = num, .endpoint = endpoint, .dtype = dtype_or_float32(dtype)});
      },
      nb::arg("start"), nb::arg("stop"), nb::arg("num") = 50, nb::arg("endpoint") = true,
      nb::arg("dtype") = nb::none(),
      "start .. stop with equal quotients.\n>>> lm.geomspace(1, 100, 3)\n[1, 10, 100]");
}

void bind_signal_windows(nb::module_& m) {
  const auto define = [&m](const char* name, Array (*function)(int64_t, DType), const char* doc) {
    m.def(
        name,
        [function](int64_t size, nb::handle dtype) {
          return function(size, dtype_or_float32(dtype));
        },
        nb::arg("size"), nb::arg("dtype") = nb::none(), doc);
  };
  define("bartlett", &bartlett,
         "The triangular window [size].\n>>> lm.bartlett(5)\n[0, 0.5, 1, 0.5, 0]");
  define("blackman", &blackman,
         "Blackman's window [size], of three cosine terms.\n>>> lm.blackman(5)[2]\n1");
  define("hamming", &hamming, "Hamming's window [size].\n>>> lm.hamming(3)\n[0.08, 1, 0.08]");
  define("hanning", &hanning, "Von Hann's window [size].\n>>> lm.hanning(3)\n[0, 1, 0]");
  m.def(
      "kaiser",
      [](int64_t size, Array beta, nb::handle dtype) {
        return kaiser(size, std::move(beta), dtype_or_float32(dtype));
      },
      nb::arg("size"), nb::arg("beta"), nb::arg("dtype") = nb::none(),
      "Kaiser's window [size].\n>>> lm.kaiser(3, 2.0)\n[0.438676, 1, 0.438676]");
}

void bind_set_operations(nb::module_& m) {
  m.def(
      "isin",
      [](Array x, Array test, bool invert) { return isin(std::move(x), std::move(test), {invert}); },
      nb::arg("x"), nb::arg("test"), nb::arg("invert") = false,
      "Whether each element of x stands in `test`.\n"
      ">>> lm.isin(lm.array([1, 2, 3]), lm.array([2, 5]))\n[False, True, False]");
  m.def("intersect1d", &intersect1d, nb::arg("x"), nb::arg("y"),
        "The different values that stand in both, sorted.\n"
        ">>> lm.intersect1d(lm.array([3, 1, 2]), lm.array([2, 3]))\n[2, 3]");
  m.def("union1d", &union1d, nb::arg("x"), nb::arg("y"),
        "The different values of both, sorted.\n"
        ">>> lm.union1d(lm.array([3, 1]), lm.array([2, 3]))\n[1, 2, 3]");
  m.def("setdiff1d", &setdiff1d, nb::arg("x"), nb::arg("y"),
        "The different values of x that do not stand in y, sorted.\n"
        ">>> lm.setdiff1d(lm.array([3, 1, 2]), lm.array([2]))\n[1, 3]");
  m.def("setxor1d", &setxor1d, nb::arg("x"), nb::arg("y"),
        "The different values that stand in one of the two, sorted.\n"
        ">>> lm.setxor1d(lm.array([3, 1]), lm.array([2, 3]))\n[1, 2]");
}

}  // namespace

void bind_assembling(nb::module_& m) {
  bind_stacks(m);
  bind_rules(m);
  bind_signal_windows(m);
  bind_set_operations(m);
}

}  // namespace lamina::python
