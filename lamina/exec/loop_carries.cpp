#include "lamina/exec/loop_carries.h"

#include <algorithm>

#include "lamina/exec/walk.h"
#include "lamina/ir/node.h"

namespace lamina {
namespace {

struct Carry {
  Node* node;
  Retained retained;  // keeps the node alive without using it
};
thread_local std::vector<Carry> carries;

constexpr size_t kMost = 256;  // of which the oldest goes first

bool is_wanted(const Node* node) {
  if (node->is_ready()) return false;
  return node->count.load(std::memory_order_acquire) > NodeHead::kEdge;  // one edge is ours
}

}  // namespace

void remember_carries(const std::vector<Array>& results) {
  for (const Array& result : results) {
    Node* node = result.node();
    if (node->is_ready() || node->input_count != 1) continue;
    Carry& carry = carries.emplace_back();
    carry.node = node;
    carry.retained.add(result);
  }
  if (carries.size() <= kMost) return;
  // Out of the list first: letting go of a graph may come back here.
  std::vector<Carry> oldest;
  for (size_t i = 0; i + kMost < carries.size(); ++i) oldest.push_back(std::move(carries[i]));
  carries.erase(carries.begin(), carries.end() - kMost);
}

void add_carries(Walk& walk, std::vector<Retained>& dropped) {
  if (walk.busy()) return;
  auto rest = std::stable_partition(carries.begin(), carries.end(),
                                    [](const Carry& c) { return is_wanted(c.node); });
  for (auto it = rest; it != carries.end(); ++it) dropped.push_back(std::move(it->retained));
  carries.erase(rest, carries.end());
  for (const Carry& carry : carries) {
    if (walk.contains(carry.node->inputs()[0])) walk.add_root(carry.node);
  }
}

}  // namespace lamina
