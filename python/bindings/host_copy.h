// Copying strided memory of others into row-major memory of ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lamina::python {

// Elements of `item` bytes, strides in bytes (of either sign). `swap` reverses the bytes of each
// element.
void copy_strided(std::byte* target, const std::byte* source, std::span<const int64_t> shape,
                  std::span<const int64_t> strides, size_t item, bool swap);

}  // namespace lamina::python
