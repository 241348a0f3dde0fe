// Nested lists and tuples of numbers as arrays.
#include <nanobind/nanobind.h>

#include <vector>

#include "array_object.h"
#include "convert.h"
#include "lamina/base/error.h"
#include "lamina/ir/node.h"

namespace lamina::python {
namespace {

// The numbers, row-major, as the widest kind that was met.
class Numbers {
 public:
  void add(PyObject* item, bool unsigned_wanted) {
    if (PyFloat_Check(item)) {
      widen(DTypeKind::Float);
      reals_.push_back(PyFloat_AS_DOUBLE(item));
      integers_.push_back(0);
    } else {
      widen(PyBool_Check(item) ? DTypeKind::Bool : DTypeKind::Integer);
      int64_t value = integer(item, unsigned_wanted);
      integers_.push_back(value);
      reals_.push_back(unsigned_wanted ? static_cast<double>(static_cast<uint64_t>(value))
                                       : static_cast<double>(value));
    }
  }

  DTypeKind kind() const { return kind_; }

  Array to_array(Shape shape, DType dtype) const {
    NodeValue value;
    value.storage = Storage::allocate(reals_.size() * size_of(dtype));
    dispatch(dtype, [&](auto zero) {
      using T = decltype(zero);
      T* out = reinterpret_cast<T*>(value.storage->data());
      for (size_t i = 0; i < reals_.size(); ++i) out[i] = element<T>(i, dtype);
    });
    return make_leaf({dtype, std::move(shape)}, std::move(value));
  }

 private:
  void widen(DTypeKind kind) { kind_ = std::max(kind_, kind); }

  static int64_t integer(PyObject* item, bool unsigned_wanted) {
    int overflow = 0;
    long long value = PyLong_AsLongLongAndOverflow(item, &overflow);
    if (overflow > 0 && unsigned_wanted) {
      unsigned long long large = PyLong_AsUnsignedLongLong(item);
      if (!PyErr_Occurred()) return static_cast<int64_t>(large);
      PyErr_Clear();
    }
    if (overflow != 0) throw ValueError("array: an integer does not fit into 64 bits");
    if (unsigned_wanted && value < 0)
      throw ValueError(text("array: ", value, " does not fit into uint64"));
    return value;
  }

  template <class T>
  T element(size_t i, DType dtype) const {
    if constexpr (std::is_same_v<T, bool>) {
      return kind_ == DTypeKind::Float ? reals_[i] != 0 : integers_[i] != 0;
    } else if constexpr (std::is_integral_v<T>) {
      if (kind_ == DTypeKind::Float) {
        if (!(reals_[i] >= static_cast<double>(std::numeric_limits<T>::min()) &&
              reals_[i] <= static_cast<double>(std::numeric_limits<T>::max()))) {
          throw ValueError(text("array: ", reals_[i], " does not fit into ", dtype));
        }
        return static_cast<T>(reals_[i]);
      }
      T value = static_cast<T>(integers_[i]);
      if (sizeof(T) < 8 && static_cast<int64_t>(value) != integers_[i])
        throw ValueError(text("array: ", integers_[i], " does not fit into ", dtype));
      return value;
    } else {
      return static_cast<T>(reals_[i]);
    }
  }

  DTypeKind kind_ = DTypeKind::Bool;
  std::vector<double> reals_;
  std::vector<int64_t> integers_;
};

bool is_number(PyObject* item) { return PyFloat_Check(item) || PyLong_Check(item); }
bool is_list(PyObject* item) { return PyList_Check(item) || PyTuple_Check(item); }

[[noreturn]] void refuse(PyObject* item) {
  throw DTypeError(
      text("array: expected numbers, lists of numbers or a buffer, got ", Py_TYPE(item)->tp_name));
}

class Reader {
 public:
  explicit Reader(std::optional<DType> dtype) : unsigned_wanted_(dtype == uint64) {}

  void read(PyObject* item, int depth) {
    if (is_list(item)) {
      read_list(item, depth);
    } else if (is_number(item)) {
      leaf(depth, 0);
      numbers.add(item, unsigned_wanted_);
    } else if (is_array(item) || PyObject_CheckBuffer(item)) {
      read_array(item, depth);
    } else {
      refuse(item);
    }
  }

  Numbers numbers;
  Shape shape;
  std::optional<DType> common;  // of the arrays in the lists

 private:
  void read_list(PyObject* list, int depth) {
    if (depth >= kMaxRank) throw ShapeError(text("array: lists are nested deeper than ", kMaxRank));
    Py_ssize_t size = Py_SIZE(list);
    enter(depth, size);
    for (Py_ssize_t i = 0; i < size; ++i) {
      if (Py_SIZE(list) != size) throw ValueError("array: a list changed while it was read");
      read(PyList_Check(list) ? PyList_GET_ITEM(list, i) : PyTuple_GET_ITEM(list, i), depth + 1);
    }
    if (size == 0) leaf(depth + 1, 0);
  }

  // Arrays, NumPy arrays and scalars inside lists: their values are read here.
  void read_array(PyObject* item, int depth) {
    Array array = python::to_array(item, std::nullopt);
    common = common ? promote(*common, array.dtype()) : array.dtype();
    for (int axis = 0; axis < array.ndim(); ++axis) enter(depth + axis, array.shape(axis));
    leaf(depth + array.ndim(), 0);
    nanobind::object values = nanobind::steal(
        PyObject_CallMethod(nanobind::steal(wrap(std::move(array))).ptr(), "_flat_list", nullptr));
    if (!values.is_valid()) throw nanobind::python_error();
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(values.ptr()); ++i) {
      numbers.add(PyList_GET_ITEM(values.ptr(), i), unsigned_wanted_);
    }
  }

  void enter(int depth, int64_t size) {
    if (rank_known_ && depth >= shape.rank()) {
      throw ShapeError(text("array: expected a number at depth ", depth, ", got a list"))
          .help(kRows);
    }
    if (depth == shape.rank()) {
      shape.push_back(size);
    } else if (shape[depth] != size) {
      throw ShapeError(text("array: expected ", shape[depth], " values in each list at depth ",
                            depth, ", got ", size))
          .help(kRows);
    }
  }

  void leaf(int depth, int) {
    if (rank_known_ && depth != shape.rank()) {
      throw ShapeError(text("array: expected a list at depth ", depth, ", got a number"))
          .help(kRows);
    }
    rank_known_ = true;
  }

  static constexpr const char* kRows = "all rows of an array have one length";
  bool unsigned_wanted_;
  bool rank_known_ = false;
};

}  // namespace

Array from_lists(PyObject* list, std::optional<DType> dtype) {
  if (!is_list(list) && !is_number(list)) refuse(list);
  Reader reader(dtype);
  reader.read(list, 0);
  if (!dtype) {
    DTypeKind kind = reader.numbers.kind();
    bool empty = reader.shape.elements() == 0;
    if (reader.common && lamina::kind(*reader.common) >= kind) {
      dtype = reader.common;
    } else {
      dtype = empty || kind == DTypeKind::Float ? float32
              : kind == DTypeKind::Integer      ? int64
                                                : bool_;
    }
  }
  return reader.numbers.to_array(std::move(reader.shape), *dtype);
}

}  // namespace lamina::python
