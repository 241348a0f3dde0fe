// Mixed batches and parts of datasets.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>

#include "bindings.h"
#include "casters.h"
#include "datasets.h"
#include "lamina/train/batch_mix.h"
#include "lamina/train/subset.h"

namespace lamina::python {

using namespace train;

static nb::tuple mixed(data::Batch batch) { return nb::make_tuple(batch.x, batch.y); }

void bind_batches(nb::module_& m) {
  nb::class_<Mixup>(m, "Mixup", nb::is_weak_referenceable(),
                    "Each example and another of its batch, weighted; targets become "
                    "probabilities.\n"
                    ">>> mix = lm.train.Mixup(alpha=0.2, classes=3)\n"
                    ">>> x, y = mix(lm.ones((4, 2)), lm.array([0, 1, 2, 1]))\n"
                    ">>> y.shape\n"
                    "(4, 3)")
      .def(
          "__init__",
          [](Mixup* self, double alpha, int64_t classes) {
            new (self) Mixup({alpha, classes});
          },
          nb::arg("alpha") = 0.2, nb::arg("classes") = 0)
      .def(
          "__call__",
          [](const Mixup& self, Array x, Array y) {
            return mixed(self({x, y}));
          },
          nb::arg("x"), nb::arg("y"));
  nb::class_<CutMix>(m, "CutMix", nb::is_weak_referenceable(),
                     "A rectangle of each picture from another of its batch; targets are mixed by "
                     "area.\n"
                     ">>> mix = lm.train.CutMix(classes=3)\n"
                     ">>> x, y = mix(lm.ones((2, 1, 8, 8)), lm.array([0, 2]))\n"
                     ">>> x.shape, y.shape\n"
                     "((2, 1, 8, 8), (2, 3))")
      .def(
          "__init__",
          [](CutMix* self, double alpha, int64_t classes) {
            new (self) CutMix({alpha, classes});
          },
          nb::arg("alpha") = 1.0, nb::arg("classes") = 0)
      .def(
          "__call__",
          [](const CutMix& self, Array x, Array y) {
            return mixed(self({x, y}));
          },
          nb::arg("x"), nb::arg("y"));
  nb::class_<Subset, data::Dataset>(m, "Subset", nb::is_final(),
                                    "Some of the examples of a dataset.\n"
                                    ">>> data = lm.ones((4, 2)), lm.array([0, 1, 2, 3])\n"
                                    ">>> len(lm.train.Subset(data, [1, 3]))\n"
                                    "2")
      .def(
          "__init__",
          [](Subset* self, nb::handle dataset, std::vector<int64_t> indices) {
            new (self) Subset(to_dataset(dataset, "Subset: dataset"), std::move(indices));
          },
          nb::arg("dataset"), nb::arg("indices"))
      .def("_rows", [](const Subset& self) { return rows_of(self.dataset()); })
      .def_prop_ro("indices", &Subset::indices);
  m.def(
      "k_fold",
      [](nb::handle data, int64_t k, bool shuffle, uint64_t seed) {
        nb::list out;
        for (Fold& fold : k_fold(to_dataset(data, "k_fold: data"), {k, shuffle, seed})) {
          out.append(nb::make_tuple(std::make_shared<Subset>(std::move(fold.train)),
                                    std::make_shared<Subset>(std::move(fold.validation))));
        }
        return out;
      },
      nb::arg("data"), nb::arg("k") = 5, nb::arg("shuffle") = true, nb::arg("seed") = 0,
      "The parts of a cross-validation: k pairs (train, validation).\n"
      ">>> data = lm.ones((5, 2)), lm.array([0, 1, 2, 3, 4])\n"
      ">>> [(len(a), len(b)) for a, b in lm.train.k_fold(data, k=2)]\n"
      "[(2, 3), (3, 2)]");
}

}  // namespace lamina::python
