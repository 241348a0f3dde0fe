#include "lamina/op/op.h"
#include "lamina/op/reduction.h"

namespace lamina {

Array zeros_like(const Array& x, std::optional<DType> dtype = std::nullopt);
Array sum(Array x, ReduceOptions options);
Array reshape(Array x, IntList shape);
Array astype(Array x, DType dtype);

Array Context::cotangent(int k) const {
  return cotangents_[k] ? cotangents_[k] : zeros_like(outputs_[k]);
}

void Context::give(int i, Array cotangent) {
  if (!wanted_[i]) return;
  const Shape& target = inputs_[i].shape();
  if (!(cotangent.shape() == target)) {
    // The transpose of broadcasting: sum over the axes that were added or stretched.
    const Shape from = cotangent.shape();
    int added = from.rank() - target.rank();
    IntList axes;
    for (int a = 0; a < from.rank(); ++a) {
      if (a < added || (target[a - added] == 1 && from[a] != 1)) axes.push_back(a);
    }
    cotangent = sum(std::move(cotangent), {.axis = axes, .keepdims = added == 0});
    if (!(cotangent.shape() == target))
      cotangent = reshape(std::move(cotangent), IntList(target.begin(), target.end()));
  }
  if (cotangent.dtype() != inputs_[i].dtype())
    cotangent = astype(std::move(cotangent), inputs_[i].dtype());
  given_[i] = given_[i] ? std::move(given_[i]) + std::move(cotangent) : std::move(cotangent);
}

}  // namespace lamina
