#include "lamina/ir/node.h"

#include <new>

#include "lamina/base/error.h"
#include "lamina/ir/tapes.h"

namespace lamina {
namespace {

// Nodes are made and freed by the thousand in every training step: a thread keeps freed ones in a list.
// Plain data in thread-local storage, so that it can still be used while a thread winds up; the guard empties
// the list at the end.
struct FreeList {
  void* head;
  uint32_t length;
  bool closed;
};
thread_local constinit FreeList free_list{nullptr, 0, false};
constexpr uint32_t kMostFree = 1 << 16;

struct FreeListGuard {
  ~FreeListGuard() {
    free_list.closed = true;
    while (free_list.head) {
      void* next = *static_cast<void**>(free_list.head);
      ::operator delete(free_list.head);
      free_list.head = next;
    }
  }
};

std::atomic<int64_t> live_nodes{0};
thread_local constinit int32_t live_nodes_here = 0;

void count_node(int32_t step) {  // exact to 256 nodes per thread, for a fraction of an atomic's price
  live_nodes_here += step;
  if (live_nodes_here >= 256 || live_nodes_here <= -256) {
    live_nodes.fetch_add(live_nodes_here, std::memory_order_relaxed);
    live_nodes_here = 0;
  }
}

void free_node(Node* node) noexcept {
  if (node->has(kListed)) unlist_tape(node);
  if (node->input_count > Node::kInline) delete[] node->heap_inputs;
  node->~Node();
  count_node(-1);
  if (free_list.closed || free_list.length >= kMostFree) {
    ::operator delete(node);
    return;
  }
  *reinterpret_cast<void**>(node) = free_list.head;
  free_list.head = node;
  ++free_list.length;
}

}  // namespace

Node* new_node() {
  thread_local FreeListGuard guard;
  (void)guard;
  void* memory = free_list.head;
  if (memory) {
    free_list.head = *static_cast<void**>(memory);
    --free_list.length;
  } else {
    memory = ::operator new(sizeof(Node));
  }
  Node* node = new (memory) Node;
  node->count.store(NodeHead::kHandle, std::memory_order_relaxed);
  count_node(1);
  return node;
}

int64_t pending_nodes() { return live_nodes.load(std::memory_order_relaxed) + live_nodes_here; }

void Node::detach_inputs(std::vector<Node*>& released) {
  for (Node* input : inputs()) released.push_back(input);
  if (input_count > kInline) delete[] heap_inputs;
  input_count = 0;
}

// The graph may be a chain of any length: the nodes to free form a list of their own, linked through the
// first input slot of nodes that are dead already, so that this needs neither recursion nor memory.
void destroy_node(Node* node) noexcept {
  Node* dead = node;
  node->mark = 0;
  Node* next_dead = nullptr;
  while (dead) {
    for (Node* input : dead->inputs()) {
      if (input->count.fetch_sub(NodeHead::kEdge, std::memory_order_acq_rel) == NodeHead::kEdge) {
        // `value.offset` of a dead node is free to use as the link.
        input->value.offset = reinterpret_cast<int64_t>(next_dead);
        next_dead = input;
      }
    }
    free_node(dead);
    dead = next_dead;
    if (dead) next_dead = reinterpret_cast<Node*>(dead->value.offset);
  }
}

void release_edge(Node* node) noexcept {
  if (node->count.fetch_sub(NodeHead::kEdge, std::memory_order_acq_rel) == NodeHead::kEdge) {
    destroy_node(node);
  }
}

Array make_leaf(Spec spec, NodeValue value) {
  Node* node = new_node();
  node->spec = std::move(spec);
  node->value = std::move(value);
  node->state.store(NodeState::Ready, std::memory_order_release);
  return Array::adopt(node);
}

Array make_number(double value, DType dtype, bool weak) {
  Node* node = new_node();
  node->spec.dtype = dtype;
  node->flags.store(static_cast<uint8_t>(kNumber | (weak ? kWeak : 0)), std::memory_order_relaxed);
  if (is_floating(dtype)) {
    node->number.real = value;
  } else {
    node->number.integer = static_cast<int64_t>(value);
  }
  node->state.store(NodeState::Ready, std::memory_order_release);
  return Array::adopt(node);
}

Array make_number(int64_t value, DType dtype, bool weak) {
  if (is_floating(dtype)) return make_number(static_cast<double>(value), dtype, weak);
  Array array = make_number(0.0, dtype, weak);
  array.node()->number.integer = dtype == DType::Bool ? value != 0 : value;
  return array;
}

Array make_varying(double value) {
  Array array = make_number(value, DType::Float32, true);
  array.node()->flags.fetch_or(kVarying, std::memory_order_relaxed);
  return array;
}

std::mutex& graph_mutex() {
  static std::mutex* mutex = new std::mutex;
  return *mutex;
}

}  // namespace lamina
