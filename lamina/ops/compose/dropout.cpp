// dropout(x, rate) = x / (1 - rate) where a draw says keep, 0 elsewhere (Srivastava et al. 2014).
// Rate and scale are numbers that programs take at each run; the mask is drawn again, not kept,
// when its program is recomputed.
#include "lamina/base/error.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/random.h"

namespace lamina {

Array dropout(Array x, double rate, bool training, Generator& generator) {
  if (!(rate >= 0 && rate <= 1)) {
    throw ValueError(text("dropout: rate must be from 0 to 1, got ", rate))
        .help("it is the share that is dropped");
  }
  if (!training) return x;
  const Shape& shape = x.shape();
  Array keep = bernoulli(IntList(shape.begin(), shape.end()), 1 - rate, generator);
  const double scale = rate < 1 ? 1 / (1 - rate) : 0;
  return where(std::move(keep), std::move(x) * scale, 0.0);
}

}  // namespace lamina
