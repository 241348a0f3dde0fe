// shuffle(x, axis): x taken along an axis in the order of random_permutation.
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/distributions.h"
#include "lamina/ops/indexing.h"

namespace lamina {

Array shuffle(Array x, int axis, Generator& generator) {
  require_arrays("shuffle", {{"x", x}});
  const int place = normalize_axis(axis, x.ndim(), "shuffle: axis");
  Array order = random_permutation(x.shape(place), generator);
  return take(std::move(x), std::move(order), place);
}

}  // namespace lamina
