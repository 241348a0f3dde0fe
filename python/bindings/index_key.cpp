#include "index_key.h"

#include "convert.h"
#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/searching.h"

namespace lamina::python {
namespace {

bool is_integer_object(nb::handle item) {
  return PyLong_Check(item.ptr()) ? !PyBool_Check(item.ptr()) : false;
}

// An array among the items; the mask of bool covers as many axes as it has.
Array array_of(nb::handle item) {
  Array array;
  if (is_array(item.ptr())) {
    array = as_array_object(item.ptr())->value();
  } else if (PyList_Check(item.ptr()) || PyObject_CheckBuffer(item.ptr())) {
    array = to_array(item.ptr(), std::nullopt);
    if (array.size() == 0 && is_floating(array.dtype()))
      array = to_array(item.ptr(), int64);  // x[[]]
  } else {
    throw DTypeError(text("index: expected integers, slices, None, ... or arrays, got ",
                          Py_TYPE(item.ptr())->tp_name));
  }
  if (is_floating(array.dtype())) {
    throw DTypeError(text("index: expected integers or bool, got ", describe(array)));
  }
  return array;
}

class Parser {
 public:
  explicit Parser(const Shape& shape) : shape_(shape) {}

  IndexKey parse(nb::handle key) {
    std::vector<Item> items = read(key);
    int used = 0;
    bool ellipsis = false;
    for (const Item& item : items) used += item.axes(), ellipsis |= item.object.is(Py_Ellipsis);
    if (used > shape_.rank()) {
      throw IndexError(
          text("index: expected up to ", shape_.rank(), " indices for ", shape_, ", got ", used));
    }
    if (!ellipsis) items.push_back({nb::borrow(Py_Ellipsis), {}});
    for (Item& item : items) add(item, shape_.rank() - used);
    finish();
    return std::move(key_);
  }

 private:
  struct Item {
    nb::object object;
    Array array;
    int axes() const {
      if (array) return array.dtype() == bool_ ? array.ndim() : 1;
      return object.is_none() || object.is(Py_Ellipsis) ? 0 : 1;
    }
  };

  std::vector<Item> read(nb::handle key) {
    std::vector<nb::object> objects;
    if (nb::isinstance<nb::tuple>(key)) {
      for (nb::handle object : key) objects.push_back(nb::borrow(object));
    } else {
      objects.push_back(nb::borrow(key));
    }
    std::vector<Item> items;
    int ellipses = 0;
    for (nb::object& object : objects) {
      if (object.is(Py_Ellipsis) && ++ellipses > 1)
        throw IndexError("index: more than one ... in the key");
      bool basic = object.is_none() || object.is(Py_Ellipsis) || PySlice_Check(object.ptr()) ||
                   is_integer_object(object);
      Array array;
      if (!basic) array = array_of(object);
      if (array && array.ndim() == 0 &&
          is_integer(array.dtype())) {  // a number that has been computed
        object = nb::int_(array.item<int64_t>());
        array.reset();
      }
      items.push_back({std::move(object), std::move(array)});
    }
    return items;
  }

  void add(Item& item, int rest) {
    if (item.array) {
      add_array(item.array);
    } else if (item.object.is_none()) {
      key_.shape.push_back(1);
      basic_entry();
    } else if (item.object.is(Py_Ellipsis)) {
      for (int i = 0; i < rest; ++i) add_range(0, shape_[axis_], 1), keep();
      if (rest > 0) basic_entry();
    } else if (PySlice_Check(item.object.ptr())) {
      Py_ssize_t start, stop, step;
      if (PySlice_Unpack(item.object.ptr(), &start, &stop, &step) != 0) throw nb::python_error();
      Py_ssize_t count = PySlice_AdjustIndices(shape_[axis_], &start, &stop, step);
      if (count == 0) start = 0, step = 1;
      add_range(start, count, step);
      keep();
      basic_entry();
    } else {
      add_integer(to_int(item.object, "index"));
    }
  }

  void add_integer(int64_t index) {
    const int64_t size = shape_[axis_];
    if (index < -size || index >= size) {
      throw IndexError(
          text("index ", index, " is out of range for axis ", axis_, " of size ", size))
          .help(size == 0 ? std::string("the axis is empty")
                          : text("from ", -size, " to ", size - 1));
    }
    add_range(index < 0 ? index + size : index, 1, 1);
    advanced_entry(false);
  }

  void add_array(const Array& array) {
    std::vector<Array> parts = {array};
    if (array.dtype() == bool_) {
      for (int i = 0; i < array.ndim(); ++i) {
        // Size 0 selects nothing and is allowed by the standard.
        if (array.shape()[i] != shape_[axis_ + i] && array.shape()[i] != 0) {
          throw IndexError(text("index: the mask ", array.shape(), " does not fit the axes from ",
                                axis_, " of ", shape_));
        }
      }
      if (array.ndim() == 0) return add_flag(array);
      {
        ReleaseGil released;
        array.eval();
      }
      parts = nonzero(array);
    }
    for (Array& part : parts) {
      add_range(0, shape_[axis_], 1);
      key_.selectors.push_back({static_cast<int>(key_.shape.size()), std::move(part)});
      keep();
      advanced_entry(true);
    }
  }

  // A mask without axes keeps all or nothing: a new axis of size 1 or 0.
  void add_flag(const Array& flag) {
    key_.shape.push_back(1);
    Array kept = zeros({flag.item<bool>() ? 1 : 0}, int64);
    key_.selectors.push_back({static_cast<int>(key_.shape.size()) - 1, std::move(kept)});
    advanced_entry(true);
  }

  void add_range(int64_t start, int64_t count, int64_t step) {
    key_.range.start.push_back(start);
    key_.range.count.push_back(count);
    key_.range.step.push_back(step);
    key_.whole &= start == 0 && count == shape_[axis_] && step == 1;
    ++axis_;
  }
  void keep() { key_.shape.push_back(key_.range.count.back()); }

  // NumPy counts integers beside arrays among them: with a slice between two, their axes come
  // first.
  void basic_entry() { after_gap_ = any_advanced_; }
  void advanced_entry(bool is_selector) {
    separated_ |= after_gap_;
    any_advanced_ = true;
    any_selector_ |= is_selector;
  }
  void finish() { key_.adjacent = !(any_selector_ && separated_); }

  const Shape& shape_;
  IndexKey key_;
  int axis_ = 0;
  bool any_advanced_ = false, any_selector_ = false, after_gap_ = false, separated_ = false;
};

}  // namespace

IndexKey parse_key(nb::handle key, const Shape& shape) { return Parser(shape).parse(key); }

}  // namespace lamina::python
