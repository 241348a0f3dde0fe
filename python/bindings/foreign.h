// Memory of other libraries: NumPy arrays, buffers, DLPack tensors that arrays share.
#pragma once

#include <functional>

#include "lamina/core/array.h"
#include "lamina/core/storage.h"

namespace lamina::python {

// Memory that an array shares until its last reference is gone; `release` then runs with the GIL
// held, at the next safe moment: the reference may go away on a thread that computes, or while the
// graph is locked.
Ref<Storage> foreign_storage(const void* data, size_t bytes, std::function<void()> release);

// An array over shared memory. Its owner may change the memory when it likes, so whatever is
// recorded from such an array is computed at once (op/record.cpp).
Array foreign_array(Ref<Storage> storage, int64_t offset, Shape shape, DType dtype);

// The array itself, or a copy when it shares foreign memory.
Array own_memory(Array array);

}  // namespace lamina::python
