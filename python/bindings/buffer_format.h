// The element types of the buffer protocol: struct-module formats such as "<f".
#pragma once

#include <optional>

#include "lamina/core/dtype.h"

namespace lamina::python {

struct BufferFormat {
  DType dtype;
  bool swapped = false;  // the bytes are in the other order than this machine's
};

// Nothing for formats that no array holds: complex numbers, strings, dates, records.
std::optional<BufferFormat> parse_format(const char* format, size_t item_size);

// Null when the protocol has no such type (bfloat16).
const char* format_of(DType dtype);

}  // namespace lamina::python
