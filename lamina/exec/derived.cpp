#include "lamina/exec/derived.h"

#include <cstring>
#include <deque>
#include <mutex>
#include <unordered_set>

#include "lamina/base/cache_use.h"
#include "lamina/base/environment.h"
#include "lamina/core/allocator.h"
#include "lamina/op/op.h"

namespace lamina {

LAMINA_USE_OP(Output)

namespace {

// What one program has derived.
struct Kept {
  std::weak_ptr<const Program> program;
  std::vector<uint64_t> sources;  // versions of the storages, bits of the numbers
  std::vector<Ref<Storage>> values;
  uint64_t last_use = 0;
  size_t bytes() const {
    size_t sum = 0;
    for (const auto& value : values) sum += value->bytes();
    return sum;
  }
};

// On one storage: of several programs, say for batches of several sizes; the newest last.
constexpr size_t kMostPrograms = 4;
class KeptList;

// All that is kept, on whatever storage. The mutex guards the lists as well.
struct AllKept {
  std::mutex mutex;
  std::unordered_set<KeptList*> lists;
  uint64_t uses = 0;
  const size_t limit;
  AllKept()
      : limit(static_cast<size_t>(environment::integer(
            "LAMINA_DERIVED_BYTES", static_cast<int64_t>(memory_statistics().limit / 2), 0))) {}
};
CacheUse use_of_derived();

AllKept& all_kept() {
  static auto* all = [] {
    auto* made = new AllKept;
    add_cache(use_of_derived);
    return made;
  }();
  return *all;
}

class KeptList {
 public:
  KeptList() { all_kept().lists.insert(this); }  // with the mutex held
  ~KeptList() {
    std::lock_guard lock(all_kept().mutex);
    all_kept().lists.erase(this);
  }
  KeptList(const KeptList&) = delete;
  std::deque<Kept> kept;
};

CacheUse use_of_derived() {
  AllKept& all = all_kept();
  std::lock_guard lock(all.mutex);
  CacheUse use{"derived weights", 0, 0, static_cast<int64_t>(all.limit)};
  for (const KeptList* list : all.lists) {
    use.entries += static_cast<int64_t>(list->kept.size());
    for (const Kept& kept : list->kept) use.bytes += static_cast<int64_t>(kept.bytes());
  }
  return use;
}

// Moves what was used longest ago out of the lists, until the rest is within the limit; the newest
// stays. With the mutex held; memory is given back without it.
void drop_over_limit(std::deque<Kept>& dropped) {
  AllKept& all = all_kept();
  size_t bytes = 0;
  for (const KeptList* list : all.lists) {
    for (const Kept& kept : list->kept) bytes += kept.bytes();
  }
  while (bytes > all.limit) {
    KeptList* oldest = nullptr;
    size_t position = 0;
    for (KeptList* list : all.lists) {
      for (size_t k = 0; k < list->kept.size(); ++k) {
        if (oldest && oldest->kept[position].last_use <= list->kept[k].last_use) continue;
        oldest = list;
        position = k;
      }
    }
    if (!oldest || oldest->kept[position].last_use == all.uses) return;
    const auto it = oldest->kept.begin() + static_cast<std::ptrdiff_t>(position);
    bytes -= it->bytes();
    dropped.push_back(std::move(*it));
    oldest->kept.erase(it);
  }
}

// Versions of the storages that a derivation reads, bits of the numbers.
uint64_t version_of(const Run::Leaf& leaf) {
  if (leaf.storage) return (*leaf.storage)->version();
  uint64_t bits;
  std::memcpy(&bits, leaf.data, sizeof bits);
  return bits;
}

std::vector<uint64_t> versions(const Derivation& derivation, const Run& run) {
  std::vector<uint64_t> result;
  for (int32_t leaf : derivation.leaves) result.push_back(version_of(run.leaves[leaf]));
  return result;
}

// The storage on which a derivation's values are kept: null where its owner, or that of another one
// that it reads, may change it behind our back.
Storage* anchor_of(const Derivation& derivation, const Run& run) {
  Storage* anchor = nullptr;
  for (int32_t leaf : derivation.leaves) {
    const Run::Leaf& l = run.leaves[leaf];
    if (!l.storage) continue;
    if ((*l.storage)->is_foreign()) return nullptr;
    if (!anchor) anchor = l.storage->get();
  }
  return anchor;
}

// With the mutex held.
Kept* find_kept(const Derivation& derivation, const Run& run, const Storage& anchor) {
  auto* list = static_cast<KeptList*>(anchor.derived.get());
  if (!list) return nullptr;
  for (Kept& kept : list->kept) {
    if (kept.program.lock() != derivation.program) continue;
    bool same = true;
    for (size_t k = 0; same && k < derivation.leaves.size(); ++k)
      same = kept.sources[k] == version_of(run.leaves[derivation.leaves[k]]);
    if (same) return &kept;
  }
  return nullptr;
}

void keep(const Derivation& derivation, const Run& run, Storage& anchor,
          std::vector<Ref<Storage>> values) {
  std::deque<Kept> dropped;  // freed without the lock
  std::lock_guard lock(all_kept().mutex);
  if (!anchor.derived) anchor.derived = std::make_shared<KeptList>();
  auto& list = static_cast<KeptList*>(anchor.derived.get())->kept;
  std::deque<Kept> current;
  for (Kept& kept : list) {
    const auto owner = kept.program.lock();
    (owner && owner != derivation.program ? current : dropped).push_back(std::move(kept));
  }
  list = std::move(current);
  list.push_back(
      {derivation.program, versions(derivation, run), std::move(values), ++all_kept().uses});
  if (list.size() > kMostPrograms) {
    dropped.push_back(std::move(list.front()));
    list.pop_front();
  }
  drop_over_limit(dropped);
}

}  // namespace

std::vector<bool> find_stable(const Graph& graph) {
  // What somebody holds is computed by each run, and so is what is made of it.
  std::vector<bool> each_time(graph.values.size(), false);
  for (int32_t output : graph.outputs) {
    const GraphValue& v = graph.values[output];
    if (v.leaf == LeafKind::None) each_time[output] = true;
    if (v.op == &ops::op_Output()) each_time[v.inputs[0]] = true;
  }
  std::vector<bool> stable(graph.values.size());
  for (size_t i = 0; i < graph.values.size(); ++i) {
    const GraphValue& v = graph.values[i];
    if (v.leaf != LeafKind::None) {
      stable[i] = v.leaf == LeafKind::Number || (v.is_variable && !v.dies);
      continue;
    }
    bool all = !each_time[i] && !v.inputs.empty() && !(v.op && v.op->random);
    for (int32_t input : v.inputs) all = all && stable[input];
    stable[i] = all;
  }
  return stable;
}

std::vector<bool> find_derived(const Graph& graph) {
  const std::vector<bool> stable = find_stable(graph);
  // What is made of numbers alone has no parameter to be kept on.
  std::vector<bool> of_variables(graph.values.size());
  for (size_t i = 0; i < graph.values.size(); ++i) {
    of_variables[i] = graph.values[i].is_variable;
    for (int32_t input : graph.values[i].inputs)
      of_variables[i] = of_variables[i] || of_variables[input];
  }
  std::vector<bool> derived(graph.values.size(), false);
  for (size_t i = graph.values.size(); i-- > 0;) {
    const GraphValue& v = graph.values[i];
    const bool heavy = v.op && v.op->flops && !stable[i];
    for (size_t k = 0; k < v.inputs.size(); ++k) {
      const int32_t input = v.inputs[k];
      if (!stable[input] || graph.values[input].leaf != LeafKind::None) continue;
      if (derived[i] || (heavy && k > 0 && of_variables[input])) derived[input] = true;
    }
  }
  for (size_t i = 0; i < graph.values.size(); ++i) {  // all outputs of a loop lie where it runs
    const GraphValue& v = graph.values[i];
    if (v.op == &ops::op_Output() && derived[v.inputs[0]]) derived[i] = true;
  }
  return derived;
}

DerivedValues::DerivedValues(const Program& program, const Run& run) {
  if (program.derivations.empty()) return;
  size_t count = 0;
  for (const Derivation& derivation : program.derivations) count += derivation.keeps.size();
  values_.resize(count);
  std::vector<const Derivation*> missing;
  {
    std::lock_guard lock(all_kept().mutex);
    for (const Derivation& derivation : program.derivations) {
      Storage* anchor = anchor_of(derivation, run);
      Kept* kept = anchor ? find_kept(derivation, run, *anchor) : nullptr;
      if (!kept) {
        missing.push_back(&derivation);
        continue;
      }
      kept->last_use = ++all_kept().uses;
      for (size_t k = 0; k < kept->values.size(); ++k)
        values_[derivation.keeps[k]] = kept->values[k];
    }
  }
  for (const Derivation* derivation : missing) compute(*derivation, run);
}

void DerivedValues::compute(const Derivation& derivation, const Run& run) {
  Run once;
  std::vector<Run::Leaf> leaves;
  for (int32_t leaf : derivation.leaves) {
    leaves.push_back(run.leaves[leaf]);
    leaves.back().may_donate = false;
  }
  once.leaves = leaves;
  derivation.program->run(once);
  std::vector<Ref<Storage>> values;
  for (size_t k = 0; k < once.outputs.size(); ++k) {
    values.push_back(std::move(once.outputs[k].storage));
    values_[derivation.keeps[k]] = values.back();
  }
  if (Storage* anchor = anchor_of(derivation, run))
    keep(derivation, run, *anchor, std::move(values));
}

}  // namespace lamina
