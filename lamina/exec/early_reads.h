// Losses that are read before backward. A loss alone needs none of its activations, so reading it
// keeps none, and backward computes them again. Where that has happened, the next evaluation of the
// same loss keeps what backward then needed: docs/decisions/028-early-reads.md.
#pragma once

#include <cstdint>
#include <vector>

#include "lamina/core/array.h"

namespace lamina {

class Walk;
struct Node;

// Under the graph lock, when the walk has just been through `root`: positions in its order that are
// to be kept for backward, ascending; mostly none.
std::vector<int32_t> kept_for_backward(const Walk& walk, Node* root);

// Whether the last evaluation of the value kept what backward needs. Backward has begun.
bool starts_from_kept(const Node* loss);

// What a backward pass needs of a pending loss's graph: made before gradients are recorded, told
// when they have been.
class NeededByBackward {
 public:
  explicit NeededByBackward(const Array& loss);
  void learn();

 private:
  struct Value {
    Node* node;
    uint32_t users;  // before gradients were recorded
    std::vector<int32_t> inputs;
  };
  uint64_t key_;
  std::vector<Value> values_;
};

}  // namespace lamina
