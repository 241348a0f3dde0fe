// Datasets as arguments.
#pragma once

#include "casters.h"
#include "lamina/data/dataset.h"
#include "lamina/data/source.h"

namespace lamina::python {

// A Dataset, a pair of arrays (x, y), or any object with __len__ and __getitem__ that gives pairs; None
// gives an empty handle.
data::DatasetHandle to_dataset(nb::handle object, const char* what);

// The same, a DataLoader, or any iterable of batches (x, y): PyTorch's loaders, tf.data's datasets,
// generators.
data::Source to_source(nb::handle object, const char* what);

// An object with __len__ and __getitem__; its examples are put together by collate(list of examples)
// -> (x, y), or stacked.
data::DatasetHandle sequence_dataset(nb::object object, nb::object collate);

// The ArrayDataset that a pair (x, y) became, for pickle; else None.
nb::object rows_of(const data::DatasetHandle& dataset);

// An array, also of a table of pandas.
Array to_rows(nb::handle object);

}  // namespace lamina::python
