#include "lamina/exec/walk.h"

#include <bit>
#include <cstring>

#include "lamina/base/parallel_for.h"
#include "lamina/exec/deterministic.h"
#include "lamina/exec/memory_budget.h"
#include "lamina/op/op.h"

namespace lamina {

LAMINA_USE_OP(Placeholder)

namespace {

uint32_t last_mark = 0;  // guarded by the graph lock

// Numbers that are part of the key: those that formulas are written with. All others are filled in
// at each run.
bool is_constant(const Node* node) {
  if (!is_floating(node->spec.dtype) || node->has(kVarying)) return false;
  double v = node->number.real;
  return v == 0 || v == 1 || v == -1 || v == 2 || v == 0.5;
}

// Handles and edges that use the node's value: not the one of a Retained.
uint64_t users(const Node* node) {
  return node->count.load(std::memory_order_acquire) - (node->has(kRetained) ? NodeHead::kEdge : 0);
}

enum : uint32_t { kDataLeaf = 0x80000000u, kNumberLeaf = 0x40000000u, kConstantLeaf = 0x20000000u };

void add_wide(std::vector<uint32_t>& key, int64_t value) {
  key.push_back(static_cast<uint32_t>(value));
  key.push_back(static_cast<uint32_t>(static_cast<uint64_t>(value) >> 32));
}

uint64_t hash_words(const std::vector<uint32_t>& words) {
  uint64_t h = 0x9e3779b97f4a7c15u ^ words.size();
  size_t i = 0;
  for (; i + 2 <= words.size(); i += 2) {
    uint64_t pair;
    std::memcpy(&pair, &words[i], 8);
    h = std::rotl((h ^ pair) * 0xff51afd7ed558ccdu, 29);
  }
  if (i < words.size()) h = std::rotl((h ^ words[i]) * 0xff51afd7ed558ccdu, 29);
  return h ^ (h >> 32);
}

}  // namespace

void Walk::begin() {
  if (last_mark >= UINT32_MAX - 4)
    last_mark = 0;  // nodes marked four billion walks ago are long gone
  mark_ = ++last_mark;
  search_ = 0;
  busy_ = placeholder_ = nullptr;
  stack_.clear(), order_.clear(), leaves_.clear(), leaf_positions_.clear(), in_degree_.clear();
  key_.clear(), outputs_.clear(), leaf_dies_.clear();
  keeps_tape_ = false;
  key_.push_back(static_cast<uint32_t>(thread_count()) << 1 | (is_deterministic() ? 1u : 0u));
  add_wide(key_, memory_budget());
}

bool Walk::visit(Node* node) {
  if (node->mark == mark_) return false;
  node->mark = mark_;
  NodeState state = node->state.load(std::memory_order_acquire);
  if (state == NodeState::Running) {
    busy_ = node;
    return false;
  }
  if (state == NodeState::Ready || node->input_count == 0) {
    emit(node);
    return false;
  }
  return true;
}

void Walk::add_root(Node* root) {
  search_ = 0;
  if (!visit(root)) return;
  stack_.push_back({root, 0});
  while (!stack_.empty() && !busy_) {
    Frame& frame = stack_.back();
    auto inputs = frame.node->inputs();
    if (frame.next == inputs.size()) {
      Node* done = frame.node;
      stack_.pop_back();
      emit(done);
      continue;
    }
    Node* input = inputs[frame.next++];
    if (visit(input)) stack_.push_back({input, 0});
  }
}

void Walk::emit(Node* node) {
  node->position = static_cast<uint32_t>(order_.size());
  order_.push_back(node);
  in_degree_.push_back(0);
  if (node->state.load(std::memory_order_relaxed) == NodeState::Ready) {
    leaf_positions_.push_back(node->position);
    leaves_.push_back(node);
    auto dtype = static_cast<uint32_t>(node->spec.dtype);
    if (node->has(kNumber)) {
      if (is_constant(node)) {
        key_.push_back(kConstantLeaf | dtype);
        add_wide(key_, node->number.integer);
      } else {
        key_.push_back(kNumberLeaf | dtype);
      }
      return;
    }
    const Strides* strides = node->value.strides.get();
    key_.push_back(kDataLeaf | dtype | static_cast<uint32_t>(node->spec.shape.size()) << 8 |
                   (strides ? 1u << 16 : 0) | (node->variable ? 1u << 17 : 0));
    for (int64_t size : node->spec.shape) add_wide(key_, size);
    if (strides) {
      for (int64_t stride : *strides) add_wide(key_, stride);
    }
    return;
  }
  // Shape and type of a result follow from the inputs and attributes: they need not stand in the
  // key.
  key_.push_back(node->op->id | static_cast<uint32_t>(node->output) << 20);
  auto inputs = node->inputs();
  if (inputs.empty() && node->op == &ops::op_Placeholder()) placeholder_ = node;
  key_.push_back(static_cast<uint32_t>(inputs.size()));
  bool tape_lives = false;
  for (Node* input : inputs) {
    key_.push_back(input->position);
    ++in_degree_[input->position];
    tape_lives |= input->has(kRequiresGrad) && !input->has(kStale);
  }
  if (node->attributes) node->attributes->write_key(key_);
  // The value of a variable is where tapes begin, like the argument of a transform.
  bool root = node->has(kTapeRoot) || node->variable;
  if (node->has(kRequiresGrad) && !root && !tape_lives) {
    node->flags.fetch_or(kStale, std::memory_order_relaxed);
    node->flags.fetch_and(static_cast<uint8_t>(~kRequiresGrad), std::memory_order_relaxed);
  }
}

// What a search in vain has seen is not searched again until there is another root: buffers of one
// forward pass share its graph.
bool Walk::touches(Node* node) {
  if (node->state.load() != NodeState::Pending) return false;
  if (node->mark == mark_) return true;
  if (search_ == 0) search_ = ++last_mark;
  if (node->mark == search_) return false;
  bool found = false;
  stack_.clear();
  node->mark = search_;
  stack_.push_back({node, 0});
  while (!stack_.empty() && !found) {
    Frame& frame = stack_.back();
    auto inputs = frame.node->inputs();
    if (frame.next == inputs.size()) {
      stack_.pop_back();
      continue;
    }
    Node* input = inputs[frame.next++];
    if (input->mark == search_ || input->state.load() != NodeState::Pending) continue;
    found = input->mark == mark_;
    if (found) break;
    input->mark = search_;
    stack_.push_back({input, 0});
  }
  if (found) search_ = 0;
  stack_.clear();
  return found;
}

void Walk::finish() {
  bool inputs_stay = false;
  for (size_t i = 0; i < order_.size(); ++i) {
    Node* node = order_[i];
    if (node->state.load(std::memory_order_relaxed) == NodeState::Ready) continue;
    uint64_t count = users(node);
    bool held = (count >> 32) != 0, needed_elsewhere = static_cast<uint32_t>(count) > in_degree_[i];
    // Another output of it is pending and not of this walk: that one will take the same inputs.
    if (node->op->multiple) {
      inputs_stay |= needed_elsewhere;
      continue;
    }
    if (held || needed_elsewhere) {
      outputs_.push_back(static_cast<int32_t>(i));
      keeps_tape_ |= node->has(kRequiresGrad) && !node->has(kStale) && !node->variable;
    }
  }
  for (size_t k = 0; k < leaves_.size(); ++k) {
    Node* leaf = leaves_[k];
    bool last_use = users(leaf) == in_degree_[leaf_positions_[k]];
    leaf_dies_.push_back(!keeps_tape_ && !inputs_stay && last_use && !leaf->has(kNumber));
  }
  hash_ = hash_words(key_);
}

Graph Walk::to_graph() const {
  Graph graph;
  graph.values.resize(order_.size());
  graph.outputs = outputs_;
  graph.leaf_count = static_cast<int>(leaves_.size());
  int next_leaf = 0;
  for (size_t i = 0; i < order_.size(); ++i) {
    Node* node = order_[i];
    GraphValue& v = graph.values[i];
    v.spec = node->spec;
    v.origin = node->origin;
    if (node->state.load(std::memory_order_relaxed) == NodeState::Ready) {
      v.leaf = node->has(kNumber) ? LeafKind::Number : LeafKind::Data;
      v.leaf_index = next_leaf++;
      if (v.leaf == LeafKind::Number && is_constant(node))
        v.is_constant = true, v.number = node->number;
      if (node->value.strides) v.strides = std::make_unique<Strides>(*node->value.strides);
      v.dies = leaf_dies_[v.leaf_index];
      v.is_variable = node->variable != nullptr;
      continue;
    }
    v.op = node->op;
    v.attributes = node->attributes;
    v.output = node->output;
    for (Node* input : node->inputs()) v.inputs.push_back(static_cast<int32_t>(input->position));
  }
  return graph;
}

}  // namespace lamina
