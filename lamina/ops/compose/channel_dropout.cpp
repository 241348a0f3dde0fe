// dropout1d, 2d, 3d: one draw decides over a whole channel (Tompson et al. 2015), since neighbours
// in a feature map tell of each other. An array without batch axis [C, ..] is taken as in torch.
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/dropout.h"

namespace lamina {
namespace {

Array drop_channels(const char* function, int spatial, Array x, double rate, bool training,
                    Generator& generator) {
  require_arrays(function, {{"x", x}});
  check_rate(function, "rate", rate);
  const bool batched = x.ndim() == spatial + 2;
  if (!batched && x.ndim() != spatial + 1) {
    throw ShapeError(text(function, ": expected x [N, C, ..] or [C, ..] with ", spatial,
                          " spatial axes, got ", x.shape()));
  }
  if (!training) return x;
  IntList shape(static_cast<size_t>(x.ndim()), 1);
  for (size_t i = 0; i < (batched ? 2u : 1u); ++i) shape[i] = x.shape()[i];
  Array keep = bernoulli(std::move(shape), 1 - rate, generator);
  const double scale = rate < 1 ? 1 / (1 - rate) : 0;
  return where(std::move(keep), as_floating(std::move(x)) * scale, 0.0);
}

}  // namespace

Array dropout1d(Array x, double rate, bool training, Generator& generator) {
  return drop_channels("dropout1d", 1, std::move(x), rate, training, generator);
}
Array dropout2d(Array x, double rate, bool training, Generator& generator) {
  return drop_channels("dropout2d", 2, std::move(x), rate, training, generator);
}
Array dropout3d(Array x, double rate, bool training, Generator& generator) {
  return drop_channels("dropout3d", 3, std::move(x), rate, training, generator);
}

}  // namespace lamina
