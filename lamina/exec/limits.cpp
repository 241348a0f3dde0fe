// Bounds on pending work: in nodes, and in the bytes of leaves that only pending work keeps alive.
#include <algorithm>

#include "lamina/ir/node.h"
#include "lamina/op/recording.h"

namespace lamina {
namespace {

// What the pending graph under `root` keeps alive that nobody else holds. Walks it, so it is asked
// rarely.
int64_t bytes_only_pending_keeps(Node* root, int64_t& visited) {
  static uint32_t walk =
      UINT32_MAX / 2;  // marks of evaluations count up from below; guarded by the graph lock
  ++walk;
  int64_t bytes = 0;
  std::vector<Node*> stack{root};
  root->mark = walk;
  while (!stack.empty()) {
    Node* node = stack.back();
    stack.pop_back();
    ++visited;
    for (Node* input : node->inputs()) {
      if (input->mark == walk) continue;
      input->mark = walk;
      if (!input->is_ready()) {
        stack.push_back(input);
      } else if (input->value.storage && (input->count.load() >> 32) == 0) {
        bytes += static_cast<int64_t>(input->value.storage->bytes());
      }
    }
  }
  return bytes;
}

constexpr int64_t kRecordedPerCall = 256;  // nodes between two calls of limit_pending

// Work that was found to be within bounds is looked at again when it has grown by a quarter.
thread_local int64_t next_look_nodes = 0;
// Calls until the bytes are counted again: about as many nodes must be recorded as the last count
// visited, so that counting costs little per recorded node, but never so many that much piles up.
thread_local int64_t calls_until_count = 4;

}  // namespace

void limit_pending(const Array& newest) {
  if (recording().uncut > 0 || newest.is_ready()) return;
  const PendingLimits& limits = pending_limits();
  int64_t nodes = pending_nodes();
  if (nodes > std::max(limits.nodes, next_look_nodes)) {
    newest.eval();
    next_look_nodes = pending_nodes() + limits.nodes / 4;
    return;
  }
  if (nodes < limits.nodes) next_look_nodes = 0;
  if (--calls_until_count > 0) return;
  int64_t bytes, visited = 0;
  {
    std::lock_guard lock(graph_mutex());
    bytes = bytes_only_pending_keeps(newest.node(), visited);
  }
  calls_until_count = std::clamp<int64_t>(visited / kRecordedPerCall, 4, 16);
  if (bytes > limits.bytes) newest.eval();
}

}  // namespace lamina
