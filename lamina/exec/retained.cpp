#include "lamina/exec/retained.h"

#include "lamina/ir/node.h"

namespace lamina {

size_t Retained::add(const Array& value) {
  Entry& entry = entries_.emplace_back();
  Node* node = value.node();
  // The flag says "one edge": a second one, or a number (which has no memory), is held by a plain handle.
  if (!node || node->has(kNumber) || (node->flags.fetch_or(kRetained) & kRetained)) {
    entry.held = value;
  } else {
    node->count.fetch_add(NodeHead::kEdge, std::memory_order_relaxed);
    entry.node = node;
  }
  return entries_.size() - 1;
}

Array Retained::at(size_t k) const {
  const Entry& entry = entries_[k];
  return entry.node ? Array::share(entry.node) : entry.held;
}

Retained::~Retained() {
  for (Entry& entry : entries_) {
    if (!entry.node) continue;
    entry.node->flags.fetch_and(static_cast<uint8_t>(~kRetained));
    release_edge(entry.node);
  }
}

}  // namespace lamina
