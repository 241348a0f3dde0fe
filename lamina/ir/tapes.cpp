#include "lamina/ir/tapes.h"

#include <unordered_set>

namespace lamina {
namespace {

std::mutex& list_mutex() {
  static auto* mutex = new std::mutex;
  return *mutex;
}

std::unordered_set<Node*>& listed() {
  static auto* set = new std::unordered_set<Node*>;
  return *set;
}

// An edge on a node that may be about to be freed: not when its count has reached zero.
bool try_edge(Node* node) {
  uint64_t count = node->count.load(std::memory_order_acquire);
  while (count != 0) {
    if (node->count.compare_exchange_weak(count, count + NodeHead::kEdge)) return true;
  }
  return false;
}

bool reaches_stale(Node* root) {
  std::vector<Node*> stack{root};
  std::unordered_set<Node*> seen{root};
  while (!stack.empty()) {
    Node* node = stack.back();
    stack.pop_back();
    if (node->has(kStale)) return true;
    for (Node* input : node->inputs()) {
      bool on_tape = input->has(kRequiresGrad) || input->has(kStale);
      if (on_tape && seen.insert(input).second) stack.push_back(input);
    }
  }
  return false;
}

}  // namespace

void list_tape(Node* node) {
  node->flags.fetch_or(kListed, std::memory_order_relaxed);
  std::lock_guard lock(list_mutex());
  listed().insert(node);
}

void unlist_tape(Node* node) noexcept {
  std::lock_guard lock(list_mutex());
  listed().erase(node);
}

void end_tape(const std::vector<Node*>& nodes, std::vector<Node*>& released) {
  for (Node* node : nodes) {
    node->flags.fetch_or(kStale, std::memory_order_relaxed);
    node->flags.fetch_and(static_cast<uint8_t>(~kRequiresGrad), std::memory_order_relaxed);
    if (node->is_ready()) node->detach_inputs(released);
  }
}

void refresh_tapes(const std::vector<Array>& results) {
  struct Frame {
    Node* node;
    size_t next;
  };
  std::vector<Frame> stack;
  std::vector<Node*> released;
  std::unordered_set<Node*> seen;
  auto visit = [&](Node* node) {
    bool computed = node->input_count != 0 && !node->has(kTapeRoot);
    if (computed && node->has(kRequiresGrad) && seen.insert(node).second) stack.push_back({node, 0});
  };
  {
    std::lock_guard lock(graph_mutex());
    for (const Array& result : results) {
      visit(result.node());
      while (!stack.empty()) {
        Frame& frame = stack.back();
        auto inputs = frame.node->inputs();
        if (frame.next < inputs.size()) {
          visit(inputs[frame.next++]);
          continue;
        }
        Node* node = frame.node;
        stack.pop_back();
        bool lives = false;
        for (Node* input : inputs) lives |= input->has(kRequiresGrad);
        if (lives) continue;
        node->flags.fetch_and(static_cast<uint8_t>(~kRequiresGrad), std::memory_order_relaxed);
        if (node->is_ready()) node->detach_inputs(released);
      }
    }
  }
  for (Node* node : released) release_edge(node);
}

void end_stale_tapes() {
  std::vector<Node*> nodes, released;
  {
    std::lock_guard graph_lock(graph_mutex());
    {
      std::lock_guard lock(list_mutex());
      if (listed().empty()) return;
      for (Node* node : listed()) {
        if (try_edge(node)) nodes.push_back(node);
      }
    }
    for (Node* node : nodes) {
      if (!node->has(kStale) && !reaches_stale(node)) continue;
      end_tape({node}, released);
      node->flags.fetch_and(static_cast<uint8_t>(~kListed), std::memory_order_relaxed);
      unlist_tape(node);
    }
  }
  for (Node* node : released) release_edge(node);
  for (Node* node : nodes) release_edge(node);
}

}  // namespace lamina
