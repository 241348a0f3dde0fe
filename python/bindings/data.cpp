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

// One loop over a loader; keeps it alive. Threads that make its batches may wait for the GIL, so it is
// released wherever they are waited for.
struct Loop {
  nb::object loader;
  data::DataLoader::Iterator next;
  bool begun = false;

  Loop(nb::object of) : loader(std::move(of)) {
    auto& from = nb::cast<data::DataLoader&>(loader);
    nb::gil_scoped_release released;
    next = from.begin();
  }
  ~Loop() {
    nb::gil_scoped_release released;
    next = {};
  }
  Loop(const Loop&) = delete;
};

nb::tuple next_batch(Loop& loop) {
  {
    nb::gil_scoped_release released;
    if (loop.begun) ++loop.next;
  }
  loop.begun = true;
  if (loop.next == std::default_sentinel) throw nb::stop_iteration();
  return to_tuple(*loop.next);
}

nb::dict to_dict(const data::LoaderState& state) {
  nb::dict out;
  out["epoch"] = state.position.epoch;
  out["batch"] = state.position.batch;
  out["examples"] = state.examples;
  out["batch_size"] = state.batch_size;
  out["shuffle"] = state.shuffle;
  out["seed"] = state.seed;
  return out;
}

data::LoaderState to_state(const nb::dict& dict) {
  const auto field = [&](const char* name) {
    if (!dict.contains(name)) throw KeyError(text("load_state_dict: there is no \"", name, "\""));
    return nb::object(dict[name]);
  };
  return {{to_int(field("epoch"), "load_state_dict: epoch"),
           to_int(field("batch"), "load_state_dict: batch")},
          to_int(field("examples"), "load_state_dict: examples"),
          to_int(field("batch_size"), "load_state_dict: batch_size"),
          nb::cast<bool>(field("shuffle")),
          nb::cast<uint64_t>(field("seed"))};
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
      m, "DataLoader", nb::is_weak_referenceable(),
      "A dataset as batches (x, y), one epoch per loop over it.\n"
      "Shapes: a dataset, or x [N, ..] and y [N, ..] -> batches of `batch_size` rows, the last "
      "perhaps of fewer\n"
      ">>> loader = lm.data.DataLoader((lm.ones((5, 2)), lm.zeros(5)), batch_size=2)\n"
      ">>> [len(x) for x, y in loader]\n"
      "[2, 2, 1]")
      .def(
          "__init__",
          [](data::DataLoader* self, nb::handle dataset, int64_t batch_size, bool shuffle,
             uint64_t seed, bool drop_last, int64_t num_workers, int64_t prefetch_factor,
             int64_t num_shards, int64_t shard_index, std::vector<double> weights,
             int64_t num_samples, std::vector<int64_t> lengths, nb::object collate_fn) {
            data::DatasetHandle handle =
                collate_fn.is_none() ? to_dataset(dataset, "DataLoader: dataset")
                                     : sequence_dataset(nb::borrow(dataset), std::move(collate_fn));
            new (self) data::DataLoader(
                std::move(handle),
                {batch_size, shuffle, seed, drop_last, num_workers, prefetch_factor, num_shards,
                 shard_index, std::move(weights), num_samples, std::move(lengths)});
          },
          nb::arg("dataset"), nb::arg("batch_size") = 1, nb::arg("shuffle") = false,
          nb::arg("seed") = 0, nb::arg("drop_last") = false, nb::arg("num_workers") = -1,
          nb::arg("prefetch_factor") = 2, nb::arg("num_shards") = 1, nb::arg("shard_index") = 0,
          nb::arg("weights") = std::vector<double>(), nb::arg("num_samples") = -1,
          nb::arg("lengths") = std::vector<int64_t>(), nb::arg("collate_fn") = nb::none())
      .def("__len__", &data::DataLoader::size)
      .def("_rows", [](const data::DataLoader& self) { return rows_of(self.dataset()); })
      .def(
          "__iter__", [](nb::object self) { return new Loop(std::move(self)); },
          nb::rv_policy::take_ownership)
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
          nb::arg("epoch"), nb::arg("batch"), "The next loop continues there.")
      .def(
          "state_dict", [](const data::DataLoader& self) { return to_dict(self.state_dict()); },
          "The position and what the order follows from, for checkpoints.")
      .def(
          "load_state_dict",
          [](data::DataLoader& self, const nb::dict& state) {
            self.load_state_dict(to_state(state));
          },
          nb::arg("state"), "Restores the position of a loader over the same data.");
}

}  // namespace

void bind_data(nb::module_& m) {
  nb::class_<data::Dataset, PyDataset>(
      m, "Dataset", nb::is_weak_referenceable(),
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
  bind_image_data(m);
  bind_file_data(m);
  m.def("digits", &data::digits,
        "1,797 handwritten digits: x float32 [1797, 1, 8, 8] from 0 (paper) to 1 (ink); y int64 "
        "[1797].\n"
        ">>> lm.data.digits().x.shape\n"
        "(1797, 1, 8, 8)");
}

}  // namespace lamina::python
