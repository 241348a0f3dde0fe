#include "lamina/exec/derived.h"

#include <cstring>
#include <deque>
#include <mutex>

#include "lamina/op/op.h"

namespace lamina {

LAMINA_USE_OP(Output)

namespace {

// What one program has derived.
struct Kept {
  std::weak_ptr<const Program> program;
  std::vector<uint64_t> sources;  // versions of the storages, bits of the numbers
  std::vector<Ref<Storage>> values;
};

// On one storage: of several programs, say for batches of several sizes; the newest last.
using KeptList = std::deque<Kept>;
constexpr size_t kMostPrograms = 4;

std::mutex& kept_mutex() {
  static auto* mutex = new std::mutex;
  return *mutex;
}

std::vector<uint64_t> versions(const Program& program, const Run& run) {
  std::vector<uint64_t> result;
  for (int32_t leaf : program.derivation_leaves) {
    const Run::Leaf& l = run.leaves[leaf];
    uint64_t version;
    if (l.storage) {
      version = (*l.storage)->version();
    } else {
      std::memcpy(&version, l.data, sizeof version);
    }
    result.push_back(version);
  }
  return result;
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
  if (!program.derivation) return;
  const std::vector<uint64_t> sources = versions(program, run);
  Storage* anchor = nullptr;
  bool foreign = false;  // its owner may change it behind our back: nothing of it is kept
  for (int32_t leaf : program.derivation_leaves) {
    const Run::Leaf& l = run.leaves[leaf];
    if (!l.storage) continue;
    if (!anchor) anchor = l.storage->get();
    foreign |= (*l.storage)->is_foreign();
  }
  if (anchor && !foreign) {
    std::lock_guard lock(kept_mutex());
    if (auto* list = static_cast<KeptList*>(anchor->derived.get())) {
      for (const Kept& kept : *list) {
        if (kept.program.lock() == program.derivation && kept.sources == sources) {
          values_ = kept.values;
          return;
        }
      }
    }
  }
  Run once;
  std::vector<Run::Leaf> leaves(run.leaves.begin(), run.leaves.end());
  for (Run::Leaf& leaf : leaves) leaf.may_donate = false;
  once.leaves = leaves;
  program.derivation->run(once);
  for (NodeValue& value : once.outputs) values_.push_back(std::move(value.storage));
  if (!anchor || foreign) return;

  KeptList dropped;  // freed without the lock
  std::lock_guard lock(kept_mutex());
  if (!anchor->derived) anchor->derived = std::make_shared<KeptList>();
  auto& list = *static_cast<KeptList*>(anchor->derived.get());
  KeptList current;
  for (Kept& kept : list) {
    const auto owner = kept.program.lock();
    (owner && owner != program.derivation ? current : dropped).push_back(std::move(kept));
  }
  list = std::move(current);
  list.push_back({program.derivation, sources, values_});
  if (list.size() > kMostPrograms) {
    dropped.push_back(std::move(list.front()));
    list.pop_front();
  }
}

}  // namespace lamina
