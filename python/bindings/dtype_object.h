// `lamina.DType` and the names lamina.float32, lamina.int64, ..
#pragma once

#include <nanobind/nanobind.h>

#include <optional>

#include "lamina/core/dtype.h"

namespace lamina::python {

namespace nb = nanobind;

// What the caller means by `object`: a lamina dtype, a name, a NumPy dtype or scalar type, or
// Python's bool, int or float (bool, int64, float32). KeyError or DTypeError for anything else.
DType to_dtype(nb::handle object);
// The same; None means `otherwise`.
DType to_dtype(nb::handle object, DType otherwise);

PyObject* dtype_object(DType dtype);  // a new reference

void bind_dtypes(nb::module_& m);

}  // namespace lamina::python
