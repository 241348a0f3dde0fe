#include "lamina/compile/sized_structures.h"

#include <bit>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "lamina/base/cache_use.h"
#include "lamina/base/environment.h"
#include "lamina/base/error.h"
#include "lamina/base/parallel_for.h"
#include "lamina/base/text.h"
#include "lamina/compile/sized_structure.h"
#include "lamina/exec/compile_times.h"
#include "lamina/exec/deterministic.h"
#include "lamina/exec/loop_body.h"
#include "lamina/exec/program.h"
#include "lamina/op/graph_text.h"

namespace lamina {
namespace {

constexpr size_t kMostBytes = size_t{64} << 20, kMostMarks = 100'000;

uint64_t hash_of(const std::vector<uint64_t>& words) {
  uint64_t h = 0x9e3779b97f4a7c15u ^ words.size();
  for (uint64_t word : words) h = std::rotl((h ^ word) * 0xff51afd7ed558ccdu, 29);
  return h ^ (h >> 32);
}

struct Recorded {
  explicit Recorded(const Graph& graph) : parts(take_apart(graph)) {
    parts.structure.push_back(static_cast<uint64_t>(thread_count()) << 2 |
                              static_cast<uint64_t>(is_loop_body()) << 1 | is_deterministic());
    hash = hash_of(parts.structure);
  }
  GraphNumbers parts;
  uint64_t hash;
};

class SizedStructures {
 public:
  // An instance; or none, and whether the structure has been met before.
  struct Found {
    std::optional<Graph> instance;
    bool met = false;
  };
  Found find(const Recorded& recorded) {
    std::lock_guard lock(mutex_);
    if (Entry* entry = use(recorded)) return {entry->structure.instance(recorded.parts), true};
    if (marks_.size() >= kMostMarks) marks_.clear();
    return {{}, !marks_.insert(recorded.hash).second};
  }

  bool knows(const Recorded& recorded) {
    std::lock_guard lock(mutex_);
    return use(recorded) != nullptr;
  }

  void learn(const Recorded& recorded, const Graph& compiled) {
    std::lock_guard lock(mutex_);
    Entry* entry = use(recorded);
    if (!entry) {
      entries_.push_front({recorded.hash, recorded.parts.structure, {}, 0});
      by_hash_[recorded.hash] = entries_.begin();
      entry = &entries_.front();
    }
    if (!entry->structure.learns()) return;
    entry->structure.learn(recorded.parts, compiled);
    const size_t now = entry->structure.bytes() + entry->words.size() * 8;
    bytes_ = bytes_ - entry->bytes + now;
    entry->bytes = now;
    while (bytes_ > kMostBytes && entries_.size() > 1) {
      bytes_ -= entries_.back().bytes;
      by_hash_.erase(entries_.back().hash);
      entries_.pop_back();
    }
  }

  CacheUse use_now() {
    std::lock_guard lock(mutex_);
    return {"structures of several sizes", static_cast<int64_t>(entries_.size()),
            static_cast<int64_t>(bytes_), static_cast<int64_t>(kMostBytes)};
  }

 private:
  struct Entry {
    uint64_t hash;
    std::vector<uint64_t> words;
    SizedStructure structure;
    size_t bytes;
  };

  // A structure whose hash is that of another one takes its place.
  Entry* use(const Recorded& recorded) {
    const auto found = by_hash_.find(recorded.hash);
    if (found == by_hash_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    Entry& entry = entries_.front();
    if (entry.words != recorded.parts.structure)
      entry.words = recorded.parts.structure, entry.structure = {};
    return &entry;
  }

  std::mutex mutex_;
  std::list<Entry> entries_;  // used last first
  std::unordered_map<uint64_t, std::list<Entry>::iterator> by_hash_;
  std::unordered_set<uint64_t> marks_;
  size_t bytes_ = 0;
};

SizedStructures& structures();
CacheUse use_of_structures() { return structures().use_now(); }

SizedStructures& structures() {
  static auto* all = [] {
    auto* made = new SizedStructures;
    add_cache(use_of_structures);
    return made;
  }();
  return *all;
}

// LAMINA_CHECK_SIZES=1: every instance is compiled as well, and compared.
void check(const Graph& instance, Graph recorded, void (*passes)(Graph&)) {
  passes(recorded);
  const GraphNumbers ours = take_apart(instance), theirs = take_apart(recorded);
  if (ours.structure == theirs.structure && ours.numbers == theirs.numbers) return;
  throw StateError("a graph for other sizes is not what the passes make of it")
      .detail("instance", to_text(instance))
      .detail("compiled", to_text(recorded));
}

}  // namespace

void optimize_for_sizes(Graph& graph, void (*passes)(Graph&)) {
  static const bool checks = environment::flag("LAMINA_CHECK_SIZES");
  std::optional<CompileStage> stage(std::in_place, "sizes");
  const Recorded recorded(graph);
  SizedStructures::Found found = structures().find(recorded);
  stage.reset();
  // A kernel may refuse at this size what it has taken at others.
  if (found.instance && !composites_have_kernels(*found.instance)) found.instance.reset();
  if (found.instance) {
    if (checks) check(*found.instance, std::move(graph), passes);
    graph = std::move(*found.instance);
  } else {
    passes(graph);
    stage.emplace("sizes");
    if (found.met) structures().learn(recorded, graph);
  }
  auto sizes = std::make_shared<GraphSizes>(graph.sizes ? *graph.sizes : GraphSizes{});
  sizes->structure = recorded.hash;
  graph.sizes = std::move(sizes);
}

bool has_several_sizes(const Graph& graph) { return structures().knows(Recorded(graph)); }

}  // namespace lamina
