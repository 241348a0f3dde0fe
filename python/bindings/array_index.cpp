// x[key] and x[key] = value.
#include "array_object.h"
#include "casters.h"
#include "errors.h"
#include "index_key.h"
#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ir/node.h"
#include "lamina/nn/state_dict.h"
#include "lamina/op/op.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/movement.h"

namespace lamina::python {
namespace {

IntList list_of(const Shape& shape) { return IntList(shape.begin(), shape.end()); }

Array with_shape(Array x, const IntList& shape) {
  return list_of(x.shape()).size() == shape.size() &&
                 std::equal(shape.begin(), shape.end(), x.shape().begin())
             ? x
             : reshape(std::move(x), shape);
}

// Several selectors as one: their axes brought to the front and made one axis, their indices one
// number.
struct Selection {
  IntList order;        // the axes of x, the selected ones first
  IntList rest;         // sizes of the others
  IntList index_shape;  // of the broadcast selectors
  int64_t entries = 1;  // places to select from
  int place = 0;        // where the axes of the selectors stand in the result

  Selection(const IndexKey& key, const Array& x) {
    Shape common;
    std::vector<bool> selected(static_cast<size_t>(x.ndim()), false);
    for (const auto& selector : key.selectors) {
      order.push_back(selector.axis);
      selected[static_cast<size_t>(selector.axis)] = true;
      entries *= x.shape()[selector.axis];
      common = broadcast_shapes(common, selector.indices.shape(), "index");
    }
    for (int axis = 0; axis < x.ndim(); ++axis) {
      if (selected[static_cast<size_t>(axis)]) continue;
      order.push_back(axis);
      rest.push_back(x.shape()[axis]);
    }
    index_shape = list_of(common);
    place = key.adjacent ? key.selectors[0].axis : 0;
  }

  // [entries, rest..]
  Array rows(Array x) const {
    IntList shape{entries};
    for (int64_t size : rest) shape.push_back(size);
    return with_shape(transpose(std::move(x), order), shape);
  }

  // The order of the result's axes as places in [index_shape.., rest..], and back.
  IntList result_order() const {
    const int indices = static_cast<int>(index_shape.size());
    IntList axes;
    for (int i = 0; i < place; ++i) axes.push_back(indices + i);
    for (int i = 0; i < indices; ++i) axes.push_back(i);
    for (int i = place; i < static_cast<int>(rest.size()); ++i) axes.push_back(indices + i);
    return axes;
  }
};

IntList inverse(const IntList& order) {
  IntList out(order.size());
  for (size_t i = 0; i < order.size(); ++i)
    out[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  return out;
}

// One number for each selected entry. A wrong index on any axis stays wrong: `take` then reports
// it.
Array linear_index(const IndexKey& key, const Array& x) {
  Array linear;
  for (const auto& selector : key.selectors) {
    const Array size = full({}, x.shape()[selector.axis], int64);
    Array index = astype(selector.indices, int64);
    Array wrong = logical_or(index < -size, index >= size);
    index = where(index < Array(0), index + size, index);
    constexpr int64_t kWrong = int64_t{1} << 40;
    index = where(wrong, full({}, kWrong, int64), index);
    linear = linear ? linear * size + index : index;
  }
  return linear;
}

Array select(const IndexKey& key, Array x) {
  if (key.selectors.size() == 1 && key.adjacent) {
    return take(std::move(x), key.selectors[0].indices, key.selectors[0].axis);
  }
  Selection selection(key, x);
  Array index = broadcast_to(linear_index(key, x), selection.index_shape);
  Array taken = take(selection.rows(std::move(x)), std::move(index), 0);
  return transpose(std::move(taken), selection.result_order());
}

Array get(const Array& x, nb::handle object) {
  IndexKey key = parse_key(object, x.shape());
  Array part = key.whole ? x : record_slice(x, key.range);
  part = with_shape(std::move(part), key.shape);
  return key.selectors.empty() ? part : select(key, std::move(part));
}

// --- Assignment
// ------------------------------------------------------------------------------------------

// x[mask] = value where value does not depend on which entries are chosen: needs no value of the
// mask.
bool is_plain_mask(nb::handle object, const Array& x, const Array& value) {
  if (!is_array(object.ptr())) return false;
  const Array& mask = as_array_object(object.ptr())->value();
  if (mask.dtype() != bool_ || mask.ndim() > x.ndim()) return false;
  for (int axis = 0; axis < mask.ndim(); ++axis) {
    if (mask.shape()[axis] != x.shape()[axis]) return false;
  }
  return value.ndim() <= x.ndim() - mask.ndim();
}

Array set_masked(const Array& x, Array mask, Array value) {
  IntList shape = list_of(mask.shape());
  shape.resize(static_cast<size_t>(x.ndim()), 1);
  return where(with_shape(std::move(mask), shape), std::move(value), x);
}

// For each of `entries` places the number of the update that goes there, or -1: of several the last
// one.
std::vector<int64_t> sources(const Array& linear, int64_t entries) {
  std::vector<int64_t> indices;
  {
    ReleaseGil released;
    indices = linear.to_vector<int64_t>();
  }
  std::vector<int64_t> source(static_cast<size_t>(entries), -1);
  for (size_t i = 0; i < indices.size(); ++i) {
    if (indices[i] < 0 || indices[i] >= entries)
      throw IndexError("index: an index is out of range");
    source[static_cast<size_t>(indices[i])] = static_cast<int64_t>(i);
  }
  return source;
}

Array set_selected(const IndexKey& key, Array x, Array value) {
  Selection selection(key, x);
  Array index = broadcast_to(linear_index(key, x), selection.index_shape);
  std::vector<int64_t> source = sources(index, selection.entries);

  const IntList order = selection.result_order();
  IntList wide = selection.index_shape;  // [index_shape.., rest..]
  for (int64_t size : selection.rest) wide.push_back(size);
  IntList result_shape;
  for (int64_t axis : order) result_shape.push_back(wide[static_cast<size_t>(axis)]);
  value = transpose(broadcast_to(std::move(value), result_shape), inverse(order));
  IntList rows{index.size()};
  for (int64_t size : selection.rest) rows.push_back(size);
  value = with_shape(std::move(value), rows);

  IntList column(1 + selection.rest.size(), 1);
  column[0] = selection.entries;
  Array places = from_data(source.data(), {selection.entries}, int64);
  Array old = selection.rows(x);
  if (index.size() > 0) {
    Array chosen = take(std::move(value), maximum(places, Array(0)), 0);
    old = where(with_shape(places >= Array(0), column), std::move(chosen), std::move(old));
  }
  IntList sizes;
  for (int64_t axis : selection.order) sizes.push_back(x.shape()[axis]);
  return transpose(with_shape(std::move(old), sizes), inverse(selection.order));
}

Array set(const Array& x, nb::handle object, Array value) {
  const bool fits_kind = is_floating(x.dtype()) || !is_floating(value.dtype());
  value = value.node()->has(kWeak) && fits_kind ? number_as(value, x.dtype(), "x[key] = value")
                                                : astype(std::move(value), x.dtype());
  if (is_plain_mask(object, x, value)) {
    return set_masked(x, as_array_object(object.ptr())->value(), std::move(value));
  }
  IndexKey key = parse_key(object, x.shape());
  if (!key.selectors.empty()) {
    Array part = key.whole ? x : record_slice(x, key.range);
    value = set_selected(key, with_shape(std::move(part), key.shape), std::move(value));
  } else {
    value = broadcast_to(std::move(value), key.shape);
  }
  value = with_shape(std::move(value), key.part_shape());
  return key.whole ? value : record_slice_update(x, std::move(value), std::move(key.range));
}

}  // namespace

Py_ssize_t array_length(PyObject* self) {
  return guard(
      [&] {
        const Array& array = as_array_object(self)->value();
        if (array.ndim() == 0) throw DTypeError("len: an array without axes has no length");
        return static_cast<Py_ssize_t>(array.shape()[0]);
      },
      Py_ssize_t{-1});
}

// A list of arrays may be asked for by a mistake: concatenate(x) for concatenate([x]).
constexpr Py_ssize_t kMostRows = Py_ssize_t{1} << 24;

PyObject* array_iter(PyObject* self) {
  const Py_ssize_t rows = array_length(self);
  if (rows < 0) return nullptr;
  return guard([&] {
    if (rows > kMostRows) {
      throw ValueError(text("iteration: an array of ", rows, " rows; at most ", kMostRows,
                            " become arrays of their own"))
          .help("take a slice, or pass the array in a list");
    }
    return PySeqIter_New(self);
  });
}

PyObject* sequence_item(PyObject* self, Py_ssize_t index) {
  return guard([&] { return wrap(get(as_array_object(self)->value(), nb::int_(index))); });
}

PyObject* get_item(PyObject* self, PyObject* key) {
  return guard([&] { return wrap(get(as_array_object(self)->value(), key)); });
}

int set_item(PyObject* self, PyObject* key, PyObject* value) {
  return guard(
      [&] {
        if (!value) throw DTypeError("elements of an array cannot be deleted");
        ArrayObject* object = as_array_object(self);
        Array fresh = set(object->value(), key, to_argument(value, "x[key] = value", "value"));
        if (object->variable) {
          object->variable->set_value(nn::detached(fresh));
        } else {
          object->array = std::move(fresh);
        }
        return 0;
      },
      -1);
}

}  // namespace lamina::python
