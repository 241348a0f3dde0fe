// bernoulli(shape, p): whether a uniform draw is below p, so true with probability p to 24 bits.
#include "lamina/ops/elementwise.h"
#include "lamina/ops/random.h"

namespace lamina {

Array bernoulli(IntList shape, Array probability, Generator& generator) {
  return random_uniform(std::move(shape), 0.0, 1.0, float32, generator) < std::move(probability);
}

}  // namespace lamina
