// Python values as arrays: numbers, nested lists, buffers.
#pragma once

#include <Python.h>

#include <optional>

#include "lamina/core/array.h"

namespace lamina::python {

// lm.array: a copy of any number, nested list, buffer, DLPack tensor or array, made now.
Array to_array(PyObject* object, std::optional<DType> dtype);

// Shares the memory of a buffer; ValueError says why it cannot be shared.
Array share_buffer(PyObject* object);

// A copy of an object with the buffer protocol.
Array copy_buffer(PyObject* object);

// A copy of nested lists or tuples (from_lists.cpp).
Array from_lists(PyObject* list, std::optional<DType> dtype);

// An object with __dlpack__ (dlpack.cpp).
Array from_dlpack(PyObject* object, std::optional<bool> copy);

}  // namespace lamina::python
