// Datasets as arguments.
#pragma once

#include "casters.h"
#include "lamina/data/dataset.h"

namespace lamina::python {

// A Dataset, or a pair of arrays (x, y); None gives an empty handle.
data::DatasetHandle to_dataset(nb::handle object, const char* what);

}  // namespace lamina::python
