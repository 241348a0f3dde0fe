// Walk: the pending graph under some roots as a list, depth first, and the key under which its
// program is found. This runs at every evaluation: it touches each node once and allocates nothing
// when warm.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lamina/ir/graph.h"
#include "lamina/ir/node.h"

namespace lamina {

class Walk {
 public:
  static constexpr size_t kSettings = 3;  // words in front of the key: what programs depend on besides

  // Starts a new walk; the graph lock must be held until the last call.
  void begin();
  void add_root(Node* root);

  // Whether the pending graph under `node` shares a pending value with what has been walked.
  bool touches(Node* node);

  // Whether the node itself is part of it.
  bool contains(const Node* node) const { return node->mark == mark_; }

  // Set when a value is being computed by another thread: wait, then start again.
  Node* busy() const { return busy_; }

  // Marks tapes that have ended, finds out what must be kept, completes the key.
  void finish();

  // A value that no program can compute, if there is one: op/graph_scope.h.
  const Node* placeholder() const { return placeholder_; }

  const std::vector<Node*>& order() const { return order_; }
  const std::vector<Node*>& leaves() const { return leaves_; }
  const std::vector<uint32_t>& key() const { return key_; }
  uint64_t hash() const { return hash_; }
  const std::vector<int32_t>& outputs() const {
    return outputs_;
  }  // positions in order(), ascending
  bool leaf_dies(size_t leaf) const { return leaf_dies_[leaf]; }
  bool keeps_tape() const { return keeps_tape_; }

  Graph to_graph() const;

 private:
  void emit(Node* node);
  bool visit(Node* node);  // true when its inputs must be looked at first

  struct Frame {
    Node* node;
    uint32_t next;
  };
  uint32_t mark_ = 0;
  uint32_t search_ = 0;  // of touches(), where nothing was found since the last root; 0: none
  Node *busy_ = nullptr, *placeholder_ = nullptr;
  std::vector<Frame> stack_;
  std::vector<Node*> order_, leaves_;
  std::vector<uint32_t> leaf_positions_, in_degree_, key_;
  std::vector<int32_t> outputs_;
  std::vector<bool> leaf_dies_;
  uint64_t hash_ = 0;
  bool keeps_tape_ = false;
};

}  // namespace lamina
