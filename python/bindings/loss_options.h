// Options of losses as Python's callers write them.
#pragma once

#include <optional>
#include <string>

#include "lamina/core/array.h"
#include "lamina/ops/softmax.h"

namespace lamina::python {

// "mean", "sum", "none" or "batchmean"; ValueError for others.
LossReduction to_reduction(const std::string& name);

inline Array array_or_empty(std::optional<Array> x) { return x ? std::move(*x) : Array(); }

}  // namespace lamina::python
