// Functions that move elements without computing.
#include "lamina/ops/movement.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/base/error.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/resize.h"
#include "named_tuple.h"

namespace lamina::python {
namespace {

IntList axes_or_none(nb::handle axes, const char* what) {
  return axes.is_none() ? IntList{} : to_int_list(axes, what);
}

void bind_joins(nb::module_& m) {
  m.def(
      "concatenate",
      [](std::vector<Array> arrays, std::optional<int> axis) {
        if (!axis) {
          for (Array& x : arrays) x = reshape(std::move(x), {x.size()});
        }
        return concatenate(std::move(arrays), axis.value_or(0));
      },
      nb::arg("arrays"), nb::arg("axis").none() = 0,
      "The arrays one after the other along an axis; flattened with axis=None.\n"
      ">>> lm.concatenate([lm.arange(2), lm.arange(3)])\n"
      "[0, 1, 0, 1, 2]");
  m.attr("concat") = m.attr("concatenate");
  m.def(
      "stack", [](std::vector<Array> arrays, int axis) { return stack(std::move(arrays), axis); },
      nb::arg("arrays"), nb::arg("axis") = 0,
      "Arrays of one shape along a new axis.\n"
      ">>> lm.stack([lm.arange(2), lm.arange(2)])\n"
      "[[0, 1],\n"
      " [0, 1]]");
  m.def(
      "split",
      [](Array x, nb::handle parts, int axis) {
        return nb::isinstance<nb::int_>(parts)
                   ? split(std::move(x), to_int(parts, "split: parts"), axis)
                   : split(std::move(x), to_int_list(parts, "split: parts"), axis);
      },
      nb::arg("x"), nb::arg("parts"), nb::arg("axis") = 0,
      "Equal parts along an axis, or parts of the given sizes.\n"
      ">>> [part.shape for part in lm.split(lm.arange(6), 3)]\n"
      "[(2,), (2,), (2,)]");
  m.def(
      "pad",
      [](Array x, nb::handle low, nb::handle high, Array value, std::string mode) {
        return pad(std::move(x), to_int_list(low, "pad: low"), to_int_list(high, "pad: high"),
                   PadOptions{std::move(mode), std::move(value)});
      },
      nb::arg("x"), nb::arg("low"), nb::arg("high"), nb::arg("value") = 0.0,
      nb::arg("mode") = "constant",
      "`low` and `high` elements before and after each axis: `value`, or by the mode \"reflect\", "
      "\"symmetric\", \"replicate\" or \"circular\".\n"
      ">>> lm.pad(lm.array([1, 2, 3]), 2, 1, mode=\"reflect\")\n[3, 2, 1, 2, 3, 2]");
  m.def(
      "flip",
      [](Array x, nb::handle axis) {
        IntList axes = axes_or_none(axis, "flip: axis");
        return axes.empty() && !axis.is_none() ? x : flip(std::move(x), std::move(axes));
      },
      nb::arg("x"), nb::arg("axis") = nb::none(),
      "The elements in reverse order along axes.\n"
      ">>> lm.flip(lm.arange(3))\n"
      "[2, 1, 0]");
}

void bind_indexing(nb::module_& m) {
  m.def(
      "take",
      [](Array x, Array indices, std::optional<int> axis) {
        if (!axis && x.ndim() != 1) {
          throw ValueError(text("take: expected an axis for an array with ", x.ndim(), " axes"));
        }
        return take(std::move(x), std::move(indices), axis.value_or(0));
      },
      nb::arg("x"), nb::arg("indices"), nb::arg("axis").none() = 0,
      "Entries of x along an axis, by number.\n"
      ">>> lm.take(lm.array([5, 6, 7]), lm.array([2, 0]))\n"
      "[7, 5]");
  m.def(
      "scatter_add",
      [](Array x, Array indices, Array updates, int axis) {
        return scatter_add(std::move(x), std::move(indices), std::move(updates), axis);
      },
      nb::arg("x"), nb::arg("indices"), nb::arg("updates"), nb::arg("axis") = 0,
      "x with updates added to the entries at indices; an index that stands twice adds twice.\n"
      ">>> lm.scatter_add(lm.zeros(3), lm.array([0, 2, 2]), lm.ones(3))\n"
      "[1, 0, 2]");
  m.def(
      "take_along_axis",
      [](Array x, Array indices, int axis) {
        return take_along_axis(std::move(x), std::move(indices), axis);
      },
      nb::arg("x"), nb::arg("indices"), nb::arg("axis") = -1,
      "One index for every entry of the result.\n"
      ">>> lm.take_along_axis(lm.array([[1, 2], [3, 4]]), lm.array([[1], [0]]))\n"
      "[[2],\n"
      " [3]]");
  m.def(
      "top_k",
      [](Array x, int64_t k, int axis) {
        static NamedTuple named("TopKResult", {"values", "indices"});
        TopK result = top_k(std::move(x), k, axis);
        return named(std::move(result.values), std::move(result.indices));
      },
      nb::arg("x"), nb::arg("k"), nb::arg("axis") = -1,
      "The k largest values along an axis, largest first, and their positions.\n"
      ">>> lm.top_k(lm.array([1, 3, 2]), 2)[0]\n"
      "[3, 2]");
}

}  // namespace

void bind_movement(nb::module_& m) {
  m.def(
      "reshape",
      [](Array x, nb::handle shape, std::optional<bool>) {  // values never change: a view is a copy
        return reshape(std::move(x), to_int_list(shape, "reshape: shape"));
      },
      nb::arg("x"), nb::arg("shape"), nb::arg("copy") = nb::none(),
      "The same elements under another shape; one size may be -1.\n"
      ">>> lm.reshape(lm.arange(6), (2, -1))\n"
      "[[0, 1, 2],\n"
      " [3, 4, 5]]");
  m.def(
      "flatten", [](Array x, int start, int end) { return flatten(std::move(x), start, end); },
      nb::arg("x"), nb::arg("start_axis") = 0, nb::arg("end_axis") = -1,
      "Makes one axis of several.\n"
      ">>> lm.flatten(lm.array([[1, 2], [3, 4]]))\n"
      "[1, 2, 3, 4]");
  m.def(
      "transpose",
      [](Array x, nb::handle axes) {
        if (axes.is_none()) return transpose(std::move(x));
        return permute_dims(std::move(x), to_int_list(axes, "transpose: axes"));
      },
      nb::arg("x"), nb::arg("axes") = nb::none(),
      "The axes in another order; reversed when left out.\n"
      ">>> lm.transpose(lm.array([[1, 2], [3, 4]]))\n"
      "[[1, 3],\n"
      " [2, 4]]");
  m.def(
      "swapaxes", [](Array x, int a, int b) { return swapaxes(std::move(x), a, b); }, nb::arg("x"),
      nb::arg("axis1"), nb::arg("axis2"),
      "Exchanges two axes.\n"
      ">>> lm.swapaxes(lm.array([[1, 2], [3, 4]]), 0, 1)\n"
      "[[1, 3],\n"
      " [2, 4]]");
  m.def(
      "broadcast_to",
      [](Array x, nb::handle shape) {
        return broadcast_to(std::move(x), to_int_list(shape, "broadcast_to: shape"));
      },
      nb::arg("x"), nb::arg("shape"),
      "x repeated along axes of size 1 and along new leading axes.\n"
      ">>> lm.broadcast_to(lm.arange(2), (2, 2))\n"
      "[[0, 1],\n"
      " [0, 1]]");
  m.def(
      "expand_dims",
      [](Array x, nb::handle axis) {
        return expand_dims(std::move(x), to_int_list(axis, "expand_dims: axis"));
      },
      nb::arg("x"), nb::arg("axis"),
      "New axes of size 1, at these places of the result.\n"
      ">>> lm.expand_dims(lm.arange(2), 0)\n"
      "[[0, 1]]");
  m.def(
      "squeeze",
      [](Array x, nb::handle axis) {
        IntList axes = axes_or_none(axis, "squeeze: axis");
        return axes.empty() && !axis.is_none() ? x : squeeze(std::move(x), std::move(axes));
      },
      nb::arg("x"), nb::arg("axis") = nb::none(),
      "Drops axes of size 1; all of them when axis is left out.\n"
      ">>> lm.squeeze(lm.array([[1, 2]]))\n"
      "[1, 2]");
  m.def(
      "astype",
      [](Array x, nb::handle dtype, bool, nb::handle device) {  // values never change: x is a copy
        check_device(device, "astype");
        return astype(std::move(x), to_dtype(dtype));
      },
      nb::arg("x"), nb::arg("dtype"), nb::arg("copy") = true, nb::arg("device") = nb::none(),
      "The values as another element type; x itself when it has the type.\n"
      ">>> lm.astype(lm.array([1.7, -1.7]), lm.int32)\n"
      "[1, -1]");
  m.attr("cast") = m.attr("astype");
  bind_joins(m);
  bind_indexing(m);
  add_methods(m, {"take", "flatten", "swapaxes", "squeeze"});
}

}  // namespace lamina::python
