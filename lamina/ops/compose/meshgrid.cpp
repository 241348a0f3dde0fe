// meshgrid: each vector along an axis of its own, broadcast over the others: views, no copies.
#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/movement.h"

namespace lamina {

std::vector<Array> meshgrid(std::vector<Array> arrays, std::string_view indexing) {
  if (indexing != "xy" && indexing != "ij")
    throw ValueError(text("meshgrid: expected indexing \"xy\" or \"ij\", got \"", indexing, "\""));
  const size_t rank = arrays.size();
  const bool exchanged = indexing == "xy" && rank >= 2;
  for (size_t i = 0; i < rank; ++i) {
    Array& x = arrays[i];
    if (!x) throw StateError("meshgrid: an argument is an empty Array");
    if (x.ndim() > 1) throw ShapeError(text("meshgrid: expected vectors, got ", describe(x)));
    IntList shape(rank, 1);
    shape[exchanged && i < 2 ? 1 - i : i] = x.size();
    x = reshape(std::move(x), std::move(shape));
  }
  return broadcast_arrays(std::move(arrays));
}

}  // namespace lamina
