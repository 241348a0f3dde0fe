// random_permutation(n): the shuffle of Fisher and Yates, made when called, from one draw's bits.
#include <numeric>
#include <utility>

#include "lamina/base/error.h"
#include "lamina/ir/node.h"
#include "lamina/ops/random.h"
#include "lamina/ops/random_values.h"

namespace lamina {

Array random_permutation(int64_t count, Generator& generator) {
  if (count < 0)
    throw ValueError(text("random_permutation: count must not be negative, got ", count));
  check_shape(Shape{count}, sizeof(int64_t), "random_permutation: count");
  const auto size = static_cast<size_t>(count);
  const Ref<Storage> drawn = Storage::allocate(size * sizeof(uint64_t));
  random_values(RandomKind::Bits, uint64, generator.next(), 0, count, drawn->data());
  const auto* bits = reinterpret_cast<const uint64_t*>(drawn->data());
  NodeValue value;
  value.storage = Storage::allocate(size * sizeof(int64_t));
  auto* order = reinterpret_cast<int64_t*>(value.storage->data());
  std::iota(order, order + size, 0);
  for (size_t i = size; i > 1; --i) std::swap(order[i - 1], order[bits[i - 1] % i]);
  return make_leaf({int64, Shape{count}}, std::move(value));
}

}  // namespace lamina
