// local_response_norm (Krizhevsky et al. 2012): each channel divided by a power of the mean square
// of its neighbours. Channels outside x count as 0, and are counted; of an even size the larger
// half lies before the channel, as in torch.
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/normalization.h"
#include "lamina/ops/pooling.h"

namespace lamina {

Array local_response_norm(Array x, int64_t size, LocalResponseNormOptions options) {
  require_arrays("local_response_norm", {{"x", x}});
  if (x.ndim() < 2) {
    throw ShapeError(text("local_response_norm: expected x [N, C, ..], got ", x.shape()));
  }
  if (size < 1 || size > (int64_t{1} << 31)) {
    throw ValueError(text("local_response_norm: size must be 1 or more channels, got ", size));
  }
  check_finite("local_response_norm", "alpha", options.alpha);
  check_finite("local_response_norm", "beta", options.beta);
  check_finite("local_response_norm", "k", options.k);
  x = as_floating(std::move(x));
  if (x.size() == 0) return x;
  const IntList shape = sizes_of(x);
  // [N, 1, C, the rest]: channels become a spatial axis, over which windows are averaged.
  Array squares = reshape(square(x), {shape[0], 1, shape[1], -1});
  squares = pad(std::move(squares), {0, 0, size / 2, 0}, {0, 0, (size - 1) / 2, 0});
  Array average = reshape(avg_pool2d(std::move(squares), {size, 1}, {.stride = 1}), shape);
  return std::move(x) / power(options.k + options.alpha * std::move(average), options.beta);
}

}  // namespace lamina
