#include "lamina/backends/cpu/cache_size.h"

#include <unistd.h>

namespace lamina::backend {

size_t second_level_cache() {
#ifdef _SC_LEVEL2_CACHE_SIZE
  static const long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
  if (bytes > 0) return static_cast<size_t>(bytes);
#endif
  return size_t{1} << 20;
}

}  // namespace lamina::backend
