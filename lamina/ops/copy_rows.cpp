#include "lamina/ops/copy_rows.h"

#include <cstring>

namespace lamina {

void copy_rows(const ReferenceOperand& from, const ReferenceOperand& to, const View& place) {
  const size_t item = from.item_bytes();
  Shape shape;
  Strides source, target;
  for (int axis = 0; axis < from.rank(); ++axis) {
    if (from.size(axis) == 0) return;
    if (from.size(axis) == 1) continue;
    const int64_t size = from.size(axis), s = from.strides()[axis], t = place.strides[axis];
    if (!shape.empty() && source.back() == s * size &&
        target.back() == t * size) {  // one axis for both
      shape.back() *= size, source.back() = s, target.back() = t;
      continue;
    }
    shape.push_back(size), source.push_back(s), target.push_back(t);
  }
  if (shape.empty()) shape.push_back(1), source.push_back(1), target.push_back(1);

  const int64_t run = shape.back(), from_step = source.back(), to_step = target.back();
  const size_t outer = shape.size() - 1;
  Shape index(outer, 0);
  const std::byte* p = from.data();
  std::byte* q = to.data() + place.offset * static_cast<int64_t>(item);
  while (true) {
    if (from_step == 1 && to_step == 1) {
      std::memcpy(q, p, static_cast<size_t>(run) * item);
    } else {
      const int64_t n = static_cast<int64_t>(item);
      for (int64_t i = 0; i < run; ++i)
        std::memcpy(q + i * to_step * n, p + i * from_step * n, item);
    }
    size_t axis = outer;
    while (axis-- > 0) {
      const int64_t n = static_cast<int64_t>(item);
      p += source[axis] * n, q += target[axis] * n;
      if (++index[axis] < shape[axis]) break;
      p -= source[axis] * shape[axis] * n, q -= target[axis] * shape[axis] * n;
      index[axis] = 0;
    }
    if (axis == static_cast<size_t>(-1)) return;
  }
}

}  // namespace lamina
