// tile(x, repetitions): an axis of repetitions before each axis, by broadcasting, and a reshape.
#include "lamina/base/error.h"
#include "lamina/ops/movement.h"

namespace lamina {

Array tile(Array x, IntList repetitions) {
  if (!x) throw StateError("tile: x is an empty Array");
  for (int64_t count : repetitions) {
    if (count < 0)
      throw ValueError(text("tile: repetitions must not be negative, got ", repetitions));
  }
  IntList sizes(x.shape().begin(), x.shape().end());
  const size_t rank = std::max(sizes.size(), repetitions.size());
  auto padded = [&](const IntList& list) {
    IntList all(rank - list.size(), 1);
    for (int64_t entry : list) all.push_back(entry);
    return all;
  };
  sizes = padded(sizes), repetitions = padded(repetitions);
  IntList narrow, wide, result;
  for (size_t i = 0; i < rank; ++i) {
    if (repetitions[i] != 1) narrow.push_back(1), wide.push_back(repetitions[i]);
    narrow.push_back(sizes[i]), wide.push_back(sizes[i]);
    result.push_back(repetitions[i] * sizes[i]);
  }
  if (wide.size() == rank) return reshape(std::move(x), std::move(result));
  Array spread = broadcast_to(reshape(std::move(x), std::move(narrow)), std::move(wide));
  return reshape(std::move(spread), std::move(result));
}

}  // namespace lamina
