// random_permutation(n): the shuffle of Fisher and Yates, made when called, from one draw's bits.
#include <numeric>
#include <utility>
#include <vector>

#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/random.h"
#include "lamina/ops/random_values.h"

namespace lamina {

Array random_permutation(int64_t count, Generator& generator) {
  if (count < 0)
    throw ValueError(text("random_permutation: count must not be negative, got ", count));
  check_shape(Shape{count}, sizeof(int64_t), "random_permutation: count");
  const auto size = static_cast<size_t>(count);
  std::vector<uint64_t> bits(size);
  random_values(RandomKind::Bits, uint64, generator.next(), 0, count,
                reinterpret_cast<std::byte*>(bits.data()));
  std::vector<int64_t> order(size);
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = size; i > 1; --i) std::swap(order[i - 1], order[bits[i - 1] % i]);
  return array(std::span<const int64_t>(order), {count});
}

}  // namespace lamina
