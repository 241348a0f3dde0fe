#include "lamina/exec/early_reads.h"

#include <mutex>
#include <unordered_map>

#include "lamina/exec/deterministic.h"
#include "lamina/exec/walk.h"
#include "lamina/op/op.h"

namespace lamina {
namespace {

constexpr size_t kMostKeys = 256;

struct Kept {
  std::vector<int32_t> positions;
  const Node* loss = nullptr;  // evaluated, and no backward through it yet; only compared
};

// By the key of the loss's graph. Guarded by the graph lock.
std::unordered_map<uint64_t, Kept>& kept_by_key() {
  static auto* kept = new std::unordered_map<uint64_t, Kept>;
  return *kept;
}

uint32_t users(const Node* node) {
  return static_cast<uint32_t>(node->count.load(std::memory_order_acquire));
}

// One pass over memory at most: as well computed twice as kept.
bool is_cheap(const Op& op) {
  return !op.random && (op.elementwise || op.view || (op.decompose && !op.flops && !op.multiple));
}

}  // namespace

std::vector<int32_t> kept_for_backward(const Walk& walk, Node* root) {
  auto& all = kept_by_key();
  if (all.empty() || is_deterministic() || !root->has(kRequiresGrad)) return {};
  const auto found = all.find(walk.hash_so_far());
  if (found == all.end()) return {};
  Kept& kept = found->second;
  if (kept.loss) {  // the last time it was for nothing: this loop reads and does not train
    all.erase(found);
    return {};
  }
  kept.loss = root;
  return kept.positions;
}

bool starts_from_kept(const Node* loss) {
  std::lock_guard lock(graph_mutex());
  for (auto& [key, kept] : kept_by_key()) {
    if (kept.loss != loss) continue;
    kept.loss = nullptr;
    return true;
  }
  return false;
}

NeededByBackward::NeededByBackward(const Array& loss) {
  std::lock_guard lock(graph_mutex());
  Walk walk;
  walk.begin();
  walk.add_root(loss.node());
  key_ = walk.hash_so_far();
  for (Node* node : walk.order()) {
    Value value{node, users(node), {}};
    if (node->state.load() == NodeState::Pending) {
      for (Node* input : node->inputs())
        value.inputs.push_back(static_cast<int32_t>(input->position));
    }
    values_.push_back(std::move(value));
  }
}

// A cut through the forward graph: a needed value is kept, unless it is cheap and all that it is
// computed from is there.
void NeededByBackward::learn() {
  std::vector<bool> there(values_.size()), kept(values_.size());
  for (size_t i = 0; i < values_.size(); ++i) {
    const Value& v = values_[i];
    if (v.inputs.empty()) {
      there[i] = true;
      continue;
    }
    bool from_there = true;
    for (int32_t input : v.inputs) from_there = from_there && there[input];
    there[i] = is_cheap(*v.node->op) && from_there;
    if (users(v.node) <= v.users || there[i]) continue;
    if (!v.node->op->multiple) {
      there[i] = kept[i] = true;
      continue;
    }
    for (int32_t input : v.inputs) {  // it is computed again
      if (!there[input]) there[input] = kept[input] = true;
    }
  }
  Kept found;
  for (size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) found.positions.push_back(static_cast<int32_t>(i));
  }
  std::lock_guard lock(graph_mutex());
  auto& all = kept_by_key();
  if (all.size() >= kMostKeys) all.clear();
  all[key_] = std::move(found);
}

}  // namespace lamina
