// lamina.data: datasets and loaders.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/trampoline.h>

#include "bindings.h"
#include "convert.h"
#include "datasets.h"
#include "lamina/base/error.h"
#include "lamina/data/array_dataset.h"
#include "lamina/data/data_loader.h"
#include "lamina/data/digits.h"

namespace lamina::python {
namespace {

nb::tuple to_tuple(data::Batch batch) {
  return nb::make_tuple(std::move(batch.x), std::move(batch.y));
}

Array to_rows(nb::handle object) { return to_array(object.ptr(), std::nullopt); }

// A dataset written in Python: size() and get(indices) -> (x, y).
class PyDataset : public data::Dataset {
 public:
  NB_TRAMPOLINE(data::Dataset);

  int64_t size() const override { NB_OVERRIDE_PURE(size); }
  data::Batch get(std::span<const int64_t> indices) const override {
    nb::gil_scoped_acquire gil;
    nb::object batch =
        nb_trampoline.base().attr("get")(std::vector<int64_t>(indices.begin(), indices.end()));
    if (!PySequence_Check(batch.ptr()) || nb::len(batch) != 2) {
      throw DTypeError(
          text("Dataset.get: expected a pair (x, y), got ", Py_TYPE(batch.ptr())->tp_name));
    }
    return {to_rows(batch[0]), to_rows(batch[1])};
  }
};

// One loop over a loader; keeps it alive.
struct Loop {
  nb::object loader;
  data::DataLoader::Iterator next;
  bool begun = false;
};

nb::tuple next_batch(Loop& loop) {
  if (loop.begun) ++loop.next;
  loop.begun = true;
  if (loop.next == std::default_sentinel) throw nb::stop_iteration();
  return to_tuple(*loop.next);
}

void bind_loader(nb::module_& m) {
  nb::class_<Loop>(m, "DataLoaderIterator",
                   "One epoch of a DataLoader: batches (x, y).\n"
                   ">>> loader = lm.data.DataLoader((lm.ones((4, 2)), lm.zeros(4)), batch_size=2)\n"
                   ">>> x, y = next(iter(loader))\n"
                   ">>> x.shape\n"
                   "(2, 2)")
      .def("__iter__", [](nb::handle self) { return self; })
      .def("__next__", &next_batch);
  nb::class_<data::DataLoader>(
      m, "DataLoader",
      "A dataset as batches (x, y), one epoch per loop over it.\n"
      "Shapes: a dataset, or x [N, ..] and y [N, ..] -> batches of `batch_size` rows, the last "
      "perhaps of fewer\n"
      ">>> loader = lm.data.DataLoader((lm.ones((5, 2)), lm.zeros(5)), batch_size=2)\n"
      ">>> [len(x) for x, y in loader]\n"
      "[2, 2, 1]")
      .def(
          "__init__",
          [](data::DataLoader* self, nb::handle dataset, int64_t batch_size, bool shuffle,
             uint64_t seed, bool drop_last) {
            new (self) data::DataLoader(to_dataset(dataset, "DataLoader: dataset"),
                                        {batch_size, shuffle, seed, drop_last});
          },
          nb::arg("dataset"), nb::arg("batch_size") = 1, nb::arg("shuffle") = false,
          nb::arg("seed") = 0, nb::arg("drop_last") = false)
      .def("__len__", &data::DataLoader::size)
      .def("__iter__",
           [](nb::object self) {
             return Loop{self, nb::cast<data::DataLoader&>(self).begin(), false};
           })
      .def_prop_ro(
          "position",
          [](const data::DataLoader& self) {
            return nb::make_tuple(self.position().epoch, self.position().batch);
          },
          "The loops begun before this one, and the batches of this one that have been handed out.")
      .def(
          "restore",
          [](data::DataLoader& self, int64_t epoch, int64_t batch) {
            self.restore({epoch, batch});
          },
          nb::arg("epoch"), nb::arg("batch"), "The next loop continues there.");
}

}  // namespace

data::DatasetHandle to_dataset(nb::handle object, const char* what) {
  if (object.is_none()) return {};
  if (nb::isinstance<data::Dataset>(object)) {
    return std::shared_ptr<const data::Dataset>(nb::cast<std::shared_ptr<data::Dataset>>(object));
  }
  if (nb::isinstance<nb::tuple>(object) && nb::len(object) == 2) {
    return data::ArrayDataset(to_rows(object[0]), to_rows(object[1]));
  }
  throw DTypeError(text(what, ": expected a Dataset or a pair of arrays (x, y), got ",
                        Py_TYPE(object.ptr())->tp_name));
}

void bind_data(nb::module_& m) {
  nb::class_<data::Dataset, PyDataset>(
      m, "Dataset",
      "Examples by number. Subclasses define size() and get(indices) -> (x, y).\n"
      ">>> class Squares(lm.data.Dataset):\n"
      "...     def size(self): return 10\n"
      "...     def get(self, i): return lm.array(i), lm.array(i) ** 2\n"
      ">>> len(Squares())\n"
      "10")
      .def(nb::init<>())
      .def("__len__", [](const data::Dataset& self) { return self.size(); });
  nb::class_<data::ArrayDataset, data::Dataset>(
      m, "ArrayDataset",
      "Examples that lie in memory: one row each.\n"
      "Shapes: x [N, ..], y [N, ..]\n"
      ">>> data = lm.data.ArrayDataset(lm.ones((4, 2)), lm.zeros(4))\n"
      ">>> first, second = data.split(0.75)\n"
      ">>> len(first), len(second)\n"
      "(3, 1)")
      .def(
          "__init__",
          [](data::ArrayDataset* self, nb::handle x, nb::handle y) {
            new (self) data::ArrayDataset(to_rows(x), to_rows(y));
          },
          nb::arg("x"), nb::arg("y"))
      .def("size", &data::ArrayDataset::size)
      .def(
          "get",
          [](const data::ArrayDataset& self, const std::vector<int64_t>& i) {
            return to_tuple(self.get(i));
          },
          nb::arg("indices"))
      .def_prop_ro("x", &data::ArrayDataset::x)
      .def_prop_ro("y", &data::ArrayDataset::y)
      .def(
          "split",
          [](const data::ArrayDataset& self, double fraction, uint64_t seed, bool shuffle) {
            return self.split(fraction, {seed, shuffle});
          },
          nb::arg("fraction"), nb::arg("seed") = 0, nb::arg("shuffle") = true,
          "Two datasets, the first with this fraction of the examples.");
  bind_loader(m);
  m.def("digits", &data::digits,
        "1,797 handwritten digits: x float32 [1797, 1, 8, 8] from 0 (paper) to 1 (ink); y int64 "
        "[1797].\n"
        ">>> lm.data.digits().x.shape\n"
        "(1797, 1, 8, 8)");
}

}  // namespace lamina::python
