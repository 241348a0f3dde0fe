// Node: one recorded value. Arrays are handles on nodes; nodes refer to the nodes they are computed
// from.
//
// A node is pending until a program computes it. A pending node keeps its inputs; a ready one keeps
// its value and, while its tape lives, its inputs as well, so that a gradient can still be
// recorded.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>

#include "lamina/core/array.h"
#include "lamina/core/storage.h"
#include "lamina/core/variable.h"
#include "lamina/ir/attributes.h"

namespace lamina {

struct Op;

// What is known of a value before it is computed.
struct Spec {
  DType dtype = DType::Float32;
  Shape shape;
  bool operator==(const Spec&) const = default;
};
inline void append(std::string& out, const Spec& s) { out += text(s.dtype, " ", s.shape); }

enum class NodeState : uint8_t { Pending, Running, Ready };

// Why several flags concern gradients: see "Tapes" in docs/tour.md.
enum NodeFlag : uint8_t {
  kNumber = 1,  // a leaf whose value is `number`: filled in at each run, never part of the key
  kWeak = 2,    // a number without a type of its own
  kRequiresGrad = 4,  // depends on a trainable variable (or is one) through a living tape
  kStale = 8,         // depended on one, but that tape has ended
  kTapeRoot = 32,     // an argument of a transform: a tape begins here, whatever computed the value
  kListed = 16,       // stands in the list of evaluated values with a living tape (ir/tapes.h)
  kRetained = 64,     // one of its edges is a Retained's, which does not count as use (exec/retained.h)
  kVarying = 128,     // a number that is filled in at each run even when it is 0, 1, -1, 2 or 0.5
};

// The value of a ready node. Strides are null when it lies row-major.
struct NodeValue {
  Ref<Storage> storage;
  int64_t offset = 0;  // bytes
  std::unique_ptr<Strides> strides;
};

struct Node : NodeHead {
  const Op* op = nullptr;  // null for leaves
  AttributesRef attributes;
  Spec spec;

  std::atomic<NodeState> state{NodeState::Pending};
  std::atomic<uint8_t> flags{0};
  uint16_t output = 0;  // which output of a multiple-output op, for nodes of the op "output"
  uint16_t input_count = 0;
  bool foreign = false;      // lies in memory that its owner may change: what reads it is computed at once
  uint32_t mark =
      0;  // scratch of graph walks, under the graph lock: the walk that visited the node
  uint32_t position = 0;  // .. and its place in that walk

  union Number {
    double real;
    int64_t integer;
  } number{0};

  NodeValue value;
  const char* origin = nullptr;  // the path of the module that recorded it; interned
  Variable* variable = nullptr;  // whose value this is

  std::span<Node* const> inputs() const {
    return {input_count <= kInline ? inline_inputs : heap_inputs, input_count};
  }
  bool has(NodeFlag flag) const { return flags.load(std::memory_order_relaxed) & flag; }
  bool is_ready() const { return state.load(std::memory_order_acquire) == NodeState::Ready; }
  bool is_leaf() const { return input_count == 0 && (op == nullptr || is_ready()); }

  // Used while a node is made: room for its inputs, to be filled with edges that it then owns.
  Node** make_inputs(size_t count) {
    input_count = static_cast<uint16_t>(count);
    return count <= kInline ? inline_inputs : heap_inputs = new Node*[count];
  }
  // Lets go of the inputs (under the graph lock); the caller releases the returned edges after
  // unlocking.
  void detach_inputs(std::vector<Node*>& released);

  static constexpr int kInline = 3;
  union {
    Node* inline_inputs[kInline];
    Node** heap_inputs;
  };
};

// A fresh node from this thread's free list, with one handle.
Node* new_node();

// Drops one edge; frees the node, and what only it kept, without recursion.
void release_edge(Node* node) noexcept;

// Turns a handle into an edge. A temporary, which nobody else can see, needs no locked operation.
inline Node* edge_from_handle(Array&& array) {
  Node* node = array.release();
  if (node->count.load(std::memory_order_relaxed) == NodeHead::kHandle) {
    node->count.store(NodeHead::kEdge, std::memory_order_relaxed);
  } else {
    node->count.fetch_add(NodeHead::kEdge - NodeHead::kHandle, std::memory_order_relaxed);
  }
  return node;
}

// Leaves.
Array make_leaf(Spec spec, NodeValue value);
Array make_number(double value, DType dtype, bool weak);
Array make_number(int64_t value, DType dtype, bool weak);
// A weak number that changes from run to run (a learning rate, a power of beta): never part of a program,
// whatever it happens to be.
Array make_varying(double value);

// Guards the structure of recorded graphs: claims, walks and the dropping of inputs. Recording does
// not need it.
std::mutex& graph_mutex();

// How many nodes this process has recorded and not yet computed or dropped (approximate).
int64_t pending_nodes();

}  // namespace lamina
