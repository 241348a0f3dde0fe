#include "host_copy.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace lamina::python {

void copy_strided(std::byte* target, const std::byte* source, std::span<const int64_t> shape,
                  std::span<const int64_t> strides, size_t item, bool swap) {
  const size_t rank = shape.size();
  for (int64_t size : shape) {
    if (size == 0) return;
  }
  // The last axes that lie close together are copied as one run.
  size_t outer = rank;
  int64_t run = static_cast<int64_t>(item);
  while (outer > 0 && (strides[outer - 1] == run || shape[outer - 1] == 1) && !swap) {
    run *= shape[outer - 1];
    --outer;
  }
  std::vector<int64_t> index(outer, 0);
  for (;;) {
    if (swap) {
      std::reverse_copy(source, source + run, target);
    } else {
      std::memcpy(target, source, static_cast<size_t>(run));
    }
    target += run;
    size_t axis = outer;
    for (;;) {  // to the next index
      if (axis == 0) return;
      --axis;
      source += strides[axis];
      if (++index[axis] < shape[axis]) break;
      source -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

}  // namespace lamina::python
