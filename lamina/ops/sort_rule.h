// What sort and argsort share.
#pragma once

#include "lamina/op/op.h"
#include "lamina/ops/sorting.h"

namespace lamina {

void check_sort(const Inference& c);  // throws unless the axis fits
AttributesRef sort_attributes(const char* op, const Array& x, const SortOptions& options);

}  // namespace lamina
