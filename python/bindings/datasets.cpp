#include "datasets.h"

#include <nanobind/stl/shared_ptr.h>

#include "convert.h"
#include "lamina/base/error.h"
#include "lamina/data/array_dataset.h"
#include "lamina/data/rows.h"
#include "lamina/data/stopping.h"
#include "shared_callable.h"

namespace lamina::python {
namespace {

data::Batch to_batch(nb::handle pair, const char* what) {
  const bool is_pair = nb::isinstance<nb::tuple>(pair) || nb::isinstance<nb::list>(pair);
  if (!is_pair || nb::len(pair) != 2) {
    throw DTypeError(text(what, ": expected a pair (x, y), got ", Py_TYPE(pair.ptr())->tp_name));
  }
  return {to_rows(pair[0]), to_rows(pair[1])};
}

// A dataset of PyTorch's kind. Python runs one thread at a time: workers make batches ahead while a program
// computes, but do not make them faster.
class SequenceDataset : public data::Dataset {
 public:
  SequenceDataset(nb::object object, nb::object collate)
      : size_(static_cast<int64_t>(nb::len(object))),
        item_(share_callable(object.attr("__getitem__"))),
        collate_(collate.is_none() ? nullptr : share_callable(collate)) {}

  int64_t size() const override { return size_; }

  data::Batch get(std::span<const int64_t> indices) const override {
    nb::gil_scoped_acquire gil;
    nb::list examples;
    for (int64_t index : indices) {
      data::check_stop();
      examples.append((*item_)(index));
    }
    if (collate_) return to_batch((*collate_)(examples), "DataLoader: collate_fn");
    std::vector<Array> x, y;
    for (nb::handle example : examples) {
      data::Batch pair = to_batch(example, "DataLoader: __getitem__");
      x.push_back(std::move(pair.x));
      y.push_back(std::move(pair.y));
    }
    return {data::stack_rows(x), data::stack_rows(y)};
  }

 private:
  int64_t size_;
  std::shared_ptr<nb::object> item_, collate_;
};

// Any iterable. One that is its own iterator, as a generator is, can be gone through once.
class IterableStream : public data::Stream {
 public:
  explicit IterableStream(nb::handle object)
      : object_(share_callable(object)), repeats_(!nb::hasattr(object, "__next__")) {}

  void begin() override {
    nb::gil_scoped_acquire gil;
    nb::object iterator = nb::iter(*object_);
    iterator_ = share_callable(iterator);
  }
  std::optional<data::Batch> next() override {
    nb::gil_scoped_acquire gil;
    nb::object batch = nb::steal(PyIter_Next(iterator_->ptr()));
    if (batch.is_valid()) return to_batch(batch, "fit: a batch of the iterable");
    if (PyErr_Occurred()) throw nb::python_error();
    return std::nullopt;
  }
  bool repeats() const override { return repeats_; }

 private:
  std::shared_ptr<nb::object> object_, iterator_;
  bool repeats_;
};

bool is_sequence(nb::handle object) {
  return nb::hasattr(object, "__len__") && nb::hasattr(object, "__getitem__");
}

}  // namespace

Array to_rows(nb::handle object) {
  if (nb::hasattr(object, "to_numpy")) {
    nb::object rows = nb::object(object.attr("to_numpy"))();
    return to_array(rows.ptr(), std::nullopt);
  }
  return to_array(object.ptr(), std::nullopt);
}

nb::object rows_of(const data::DatasetHandle& dataset) {
  const auto* rows = dynamic_cast<const data::ArrayDataset*>(&*dataset);
  return rows ? nb::cast(data::ArrayDataset(*rows)) : nb::none();
}

data::DatasetHandle sequence_dataset(nb::object object, nb::object collate) {
  if (!is_sequence(object)) {
    throw DTypeError(
        text("DataLoader: dataset: expected an object with __len__ and __getitem__, got ",
             Py_TYPE(object.ptr())->tp_name));
  }
  if (!collate.is_none() && !PyCallable_Check(collate.ptr())) {
    throw DTypeError(
        text("DataLoader: collate_fn: expected a function, got ", Py_TYPE(collate.ptr())->tp_name));
  }
  return std::shared_ptr<const data::Dataset>(
      std::make_shared<SequenceDataset>(std::move(object), std::move(collate)));
}

data::DatasetHandle to_dataset(nb::handle object, const char* what) {
  if (object.is_none()) return {};
  if (nb::isinstance<data::Dataset>(object)) {
    return std::shared_ptr<const data::Dataset>(nb::cast<std::shared_ptr<data::Dataset>>(object));
  }
  if (nb::isinstance<nb::tuple>(object) && nb::len(object) == 2) {
    return data::ArrayDataset(to_rows(object[0]), to_rows(object[1]));
  }
  const bool plain = PyMapping_Check(object.ptr()) && !PySequence_Check(object.ptr());
  if (is_sequence(object) && !plain && !nb::isinstance<nb::str>(object) &&
      !nb::isinstance<nb::dict>(object) && !is_array(object.ptr())) {
    return sequence_dataset(nb::borrow(object), nb::none());
  }
  throw DTypeError(text(what, ": expected a Dataset or a pair of arrays (x, y), got ",
                        Py_TYPE(object.ptr())->tp_name))
      .help(
          "or an object with __len__ and __getitem__ that gives pairs (x, y); fit and evaluate "
          "also take "
          "iterables of batches (x, y)");
}

data::Source to_source(nb::handle object, const char* what) {
  if (nb::isinstance<data::DataLoader>(object)) return nb::cast<const data::DataLoader&>(object);
  const bool pairs = nb::isinstance<nb::tuple>(object) && nb::len(object) == 2;
  const bool plain = object.is_none() || pairs || nb::isinstance<data::Dataset>(object) ||
                     is_sequence(object) || is_array(object.ptr());
  if (plain || !(nb::hasattr(object, "__iter__") || nb::hasattr(object, "__next__"))) {
    return to_dataset(object, what);
  }
  return data::StreamHandle(std::make_shared<IterableStream>(object));
}

}  // namespace lamina::python
