// Functions that rearrange the elements of one array, or join several.
#include "bindings.h"
#include "casters.h"
#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"

namespace lamina::python {
namespace {

std::vector<Array> arrays_of(const nb::args& arguments, const char* function) {
  std::vector<Array> arrays;
  for (nb::handle argument : arguments)
    arrays.push_back(to_argument(argument.ptr(), function, "arrays"));
  return arrays;
}

Array repeated(Array x, nb::handle repeats, std::optional<int> axis) {
  if (nb::isinstance<nb::int_>(repeats)) {
    return repeat(std::move(x), to_int(repeats, "repeat: repeats"), {axis});
  }
  Array counts = to_argument(repeats.ptr(), "repeat", "repeats");
  {
    ReleaseGil released;
    counts.eval();
  }
  return repeat(std::move(x), counts, {axis});
}

Array dot_over(Array x, Array y, nb::handle axes) {
  if (nb::isinstance<nb::int_>(axes)) {
    const int64_t count = to_int(axes, "tensordot: axes");
    return tensordot(std::move(x), std::move(y),
                     static_cast<int>(std::clamp<int64_t>(count, -1, kMaxRank + 1)));
  }
  if (!PySequence_Check(axes.ptr()) || nb::len(axes) != 2)
    throw DTypeError("tensordot: expected a number of axes or a pair of lists for axes");
  return tensordot(std::move(x), std::move(y), to_int_list(axes[0], "tensordot: axes"),
                   to_int_list(axes[1], "tensordot: axes"));
}

void bind_axes(nb::module_& m) {
  m.def(
      "permute_dims",
      [](Array x, nb::handle axes) {
        return permute_dims(std::move(x), to_int_list(axes, "permute_dims: axes"));
      },
      nb::arg("x"), nb::arg("axes"),
      "The axes in another order.\n"
      ">>> lm.permute_dims(lm.zeros((2, 3)), (1, 0)).shape\n"
      "(3, 2)");
  m.def(
      "matrix_transpose", [](Array x) { return matrix_transpose(std::move(x)); }, nb::arg("x"),
      "The last two axes exchanged.\n"
      ">>> lm.matrix_transpose(lm.array([[1, 2], [3, 4]]))\n[[1, 3],\n [2, 4]]");
  m.def(
      "moveaxis",
      [](Array x, nb::handle source, nb::handle destination) {
        return moveaxis(std::move(x), to_int_list(source, "moveaxis: source"),
                        to_int_list(destination, "moveaxis: destination"));
      },
      nb::arg("x"), nb::arg("source"), nb::arg("destination"),
      "Axes moved to other places; the rest keep their order.\n"
      ">>> lm.moveaxis(lm.zeros((2, 3, 4)), 0, -1).shape\n(3, 4, 2)");
}

void bind_copies(nb::module_& m) {
  m.def(
      "roll",
      [](Array x, nb::handle shift, nb::handle axis) {
        IntList axes = axis.is_none() ? IntList{} : to_int_list(axis, "roll: axis");
        if (!axis.is_none() && axes.empty()) return x;
        return roll(std::move(x), to_int_list(shift, "roll: shift"), std::move(axes));
      },
      nb::arg("x"), nb::arg("shift"), nb::arg("axis") = nb::none(),
      "The entries moved on along axes, from the end to the front; of the flattened array without "
      "an "
      "axis.\n>>> lm.roll(lm.array([1, 2, 3]), 1)\n[3, 1, 2]");
  m.def("repeat", &repeated, nb::arg("x"), nb::arg("repeats"), nb::arg("axis") = nb::none(),
        "Every entry of an axis so many times in a row: one count, or one for each entry.\n"
        ">>> lm.repeat(lm.array([1, 2]), 2)\n[1, 1, 2, 2]");
  m.def(
      "tile",
      [](Array x, nb::handle repetitions) {
        return tile(std::move(x), to_int_list(repetitions, "tile: repetitions"));
      },
      nb::arg("x"), nb::arg("repetitions"),
      "The whole array so many times along each axis.\n"
      ">>> lm.tile(lm.array([1, 2]), (2,))\n[1, 2, 1, 2]");
  m.def(
      "tril", [](Array x, nb::handle k) { return tril(std::move(x), to_offset(k, "tril: k")); },
      nb::arg("x"), nb::arg("k") = 0,
      "The elements on and below the k-th diagonal; 0 elsewhere.\n"
      ">>> lm.tril(lm.array([[1, 2], [3, 4]]))\n[[1, 0],\n [3, 4]]");
  m.def(
      "triu", [](Array x, nb::handle k) { return triu(std::move(x), to_offset(k, "triu: k")); },
      nb::arg("x"), nb::arg("k") = 0,
      "The elements on and above the k-th diagonal; 0 elsewhere.\n"
      ">>> lm.triu(lm.array([[1, 2], [3, 4]]))\n[[1, 2],\n [0, 4]]");
}

void bind_several(nb::module_& m) {
  m.def(
      "broadcast_arrays",
      [](const nb::args& arrays) {
        return broadcast_arrays(arrays_of(arrays, "broadcast_arrays"));
      },
      "The arrays, all broadcast to one shape.\n"
      ">>> [x.shape for x in lm.broadcast_arrays(lm.arange(2), lm.zeros((3, 1)))]\n"
      "[(3, 2), (3, 2)]");
  m.def(
      "meshgrid",
      [](const nb::args& arrays, std::string_view indexing) {
        return meshgrid(arrays_of(arrays, "meshgrid"), indexing);
      },
      nb::arg("arrays"), nb::kw_only(), nb::arg("indexing") = "xy",
      "The coordinates of a grid, from one vector for each axis.\n"
      ">>> lm.meshgrid(lm.array([1, 2]), lm.array([3, 4]))[0]\n[[1, 2],\n [1, 2]]");
  m.def(
      "unstack", [](Array x, int axis) { return nb::tuple(nb::cast(unstack(std::move(x), axis))); },
      nb::arg("x"), nb::arg("axis") = 0,
      "The entries of an axis, as a tuple of arrays without it.\n"
      ">>> [x.shape for x in lm.unstack(lm.zeros((2, 3)))]\n"
      "[(3,), (3,)]");
}

void bind_products(nb::module_& m) {
  m.def(
      "vecdot", [](Array x, Array y, int axis) { return vecdot(std::move(x), std::move(y), axis); },
      nb::arg("x1"), nb::arg("x2"), nb::arg("axis") = -1,
      "The sum of products along an axis.\n"
      ">>> lm.vecdot(lm.array([1, 2]), lm.array([3, 4]))\n11");
  m.def("tensordot", &dot_over, nb::arg("x1"), nb::arg("x2"), nb::arg("axes") = 2,
        "The sum of products over the last axes of x1 and the first of x2, or over listed pairs.\n"
        ">>> lm.tensordot(lm.array([[1, 2]]), lm.array([[3], [4]]), axes=1)\n[[11]]");
}

}  // namespace

void bind_rearrange(nb::module_& m) {
  bind_axes(m);
  bind_copies(m);
  bind_several(m);
  bind_products(m);
}

}  // namespace lamina::python
