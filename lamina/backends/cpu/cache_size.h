// What kernels fit their blocks to.
#pragma once

#include <cstddef>

namespace lamina::backend {

// Bytes of the second-level cache of one core; 1 MiB where the system does not say.
size_t second_level_cache();

}  // namespace lamina::backend
