// glu(x, axis) = a sigmoid(b) for the halves a and b of x (Dauphin et al. 2016).
#include "lamina/ops/activations.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/movement.h"

namespace lamina {

Array glu(Array x, int axis) {
  require_arrays("glu", {{"x", x}});
  const int place = normalize_axis(axis, x.ndim(), "glu: axis");
  const int64_t size = x.shape(place);
  if (size % 2 != 0) {
    throw ShapeError(text("glu: expected an even size of axis ", place, ", got ", x.shape()))
        .help("one half is the value, the other its gate");
  }
  std::vector<Array> halves = split(std::move(x), IntList{size / 2, size / 2}, place);
  return std::move(halves[0]) * sigmoid(std::move(halves[1]));
}

}  // namespace lamina
