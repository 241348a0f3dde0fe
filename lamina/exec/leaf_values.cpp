#include "lamina/exec/leaf_values.h"

#include <cstring>

namespace lamina {
namespace {

void write_number(const Node& node, uint64_t* target) {
  dispatch(node.spec.dtype, [&](auto zero) {
    using T = decltype(zero);
    T value;
    if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(node.number.integer);
    } else if constexpr (std::is_same_v<T, double>) {
      value = node.number.real;
    } else {
      value = static_cast<T>(static_cast<float>(node.number.real));
    }
    std::memcpy(target, &value, sizeof value);
  });
}

}  // namespace

LeafValues::LeafValues(const Walk& walk, Keep keep) {
  const auto& nodes = walk.leaves();
  leaves_.resize(nodes.size());
  storages_.resize(nodes.size());
  numbers_.resize(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    Node* node = nodes[i];
    Run::Leaf& leaf = leaves_[i];
    if (node->has(kNumber)) {
      write_number(*node, &numbers_[i]);
      leaf.data = reinterpret_cast<std::byte*>(&numbers_[i]);
      continue;
    }
    leaf.may_donate = keep == Keep::Needed && walk.leaf_dies(i) && node->value.offset == 0;
    if (leaf.may_donate) {
      leaf.storage =
          &node->value
               .storage;  // the node's own reference: the storage's only one, if it may be given
    } else {
      storages_[i] = node->value.storage;
      leaf.storage = &storages_[i];
    }
    leaf.data = (*leaf.storage)->data() + node->value.offset;
  }
}

bool LeafValues::has_number(size_t leaf, const Node& node) const {
  uint64_t number = 0;
  write_number(node, &number);
  return number == numbers_[leaf];
}

}  // namespace lamina
