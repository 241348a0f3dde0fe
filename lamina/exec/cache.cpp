#include "lamina/exec/cache.h"

#include <algorithm>

#include "lamina/base/environment.h"
#include "lamina/base/text.h"
#include "lamina/op/op.h"

namespace lamina {
namespace {

constexpr int kMostCompared = 64;  // a miss is explained by the programs used last

size_t size_of_program(const Program& p) {
  size_t derivations = 0;
  for (const Derivation& d : p.derivations) derivations += size_of_program(*d.program);
  return sizeof p + derivations + p.operands.size() * (sizeof(Place) + sizeof(int32_t)) +
         p.instructions.size() * (sizeof(Instruction) + 512) +
         p.outputs.size() * sizeof(ProgramOutput);
}

size_t size_of_entry(const CachedProgram& e) {
  return size_of_program(*e.program) + e.key.size() * 4 + e.outputs.size() * 4;
}

}  // namespace

ProgramCache::ProgramCache()
    : limit_(
          static_cast<size_t>(environment::integer("LAMINA_PROGRAM_CACHE_BYTES", 256 << 20, 0))) {}

ProgramCache& program_cache() {
  static auto* cache = new ProgramCache;
  return *cache;
}

std::shared_ptr<CachedProgram> ProgramCache::find(const Walk& walk) {
  std::lock_guard lock(mutex_);
  auto [first, last] = by_hash_.equal_range(walk.hash());
  for (auto it = first; it != last; ++it) {
    const CachedProgram& e = **it->second;
    if (e.key != walk.key() || !std::includes(e.outputs.begin(), e.outputs.end(),
                                              walk.outputs().begin(), walk.outputs().end())) {
      continue;
    }
    entries_.splice(entries_.begin(), entries_, it->second);
    ++hits_;
    return *it->second;
  }
  return nullptr;
}

std::shared_ptr<CachedProgram> ProgramCache::insert(const Walk& walk,
                                                    std::shared_ptr<const Program> program) {
  auto entry = std::make_shared<CachedProgram>();
  entry->hash = walk.hash();
  entry->key = walk.key();
  entry->outputs = walk.outputs();
  entry->program = std::move(program);
  entry->bytes = size_of_entry(*entry);
  std::lock_guard lock(mutex_);
  entries_.push_front(entry);
  by_hash_.emplace(entry->hash, entries_.begin());
  bytes_ += entry->bytes;
  shrink();
  return entry;
}

void ProgramCache::replace(CachedProgram& entry, std::shared_ptr<const Program> program) {
  std::lock_guard lock(mutex_);
  entry.program = std::move(program);
  const bool cached = std::any_of(entries_.begin(), entries_.end(),
                                  [&](const auto& e) { return e.get() == &entry; });
  if (!cached) return;  // it was dropped since it was found
  bytes_ -= entry.bytes;
  entry.bytes = size_of_entry(entry);
  bytes_ += entry.bytes;
  shrink();
}

void ProgramCache::shrink() {
  while (bytes_ > limit_ && entries_.size() > 1) {
    auto last = std::prev(entries_.end());
    auto [begin, end] = by_hash_.equal_range((*last)->hash);
    for (auto it = begin; it != end; ++it) {
      if (it->second == last) {
        by_hash_.erase(it);
        break;
      }
    }
    bytes_ -= (*last)->bytes;
    entries_.erase(last);
  }
}

void ProgramCache::clear() {
  std::lock_guard lock(mutex_);
  entries_.clear();
  by_hash_.clear();
  bytes_ = 0;
}

int64_t ProgramCache::size() const {
  std::lock_guard lock(mutex_);
  return static_cast<int64_t>(entries_.size());
}

int64_t ProgramCache::bytes() const {
  std::lock_guard lock(mutex_);
  return static_cast<int64_t>(bytes_);
}

int64_t ProgramCache::hits() const {
  std::lock_guard lock(mutex_);
  return hits_;
}

int64_t ProgramCache::limit() const {
  std::lock_guard lock(mutex_);
  return static_cast<int64_t>(limit_);
}

void ProgramCache::set_limit(size_t bytes) {
  std::lock_guard lock(mutex_);
  limit_ = bytes;
  shrink();
}

std::string ProgramCache::explain_miss(const Walk& walk) const {
  std::lock_guard lock(mutex_);
  const CachedProgram* nearest = nullptr;
  size_t longest = 0;
  int looked_at = 0;
  for (const auto& e : entries_) {
    if (++looked_at > kMostCompared) break;
    size_t n = std::min(e->key.size(), walk.key().size());
    size_t same = std::mismatch(e->key.begin(), e->key.begin() + n, walk.key().begin()).first -
                  e->key.begin();
    if (!nearest || same > longest) nearest = e.get(), longest = same;
  }
  if (!nearest) return "first program";
  if (longest == nearest->key.size() && longest == walk.key().size()) {
    return "same structure, but more of its values are held";
  }
  // Find the node to which the first differing word belongs by writing the keys of the nodes again.
  std::string which =
      longest < Walk::kSettings ? "the settings" : "past the end of the nearest program";
  std::vector<uint32_t> prefix;
  size_t position = Walk::kSettings;
  for (Node* node : walk.order()) {
    if (longest < Walk::kSettings) break;
    prefix.clear();
    bool leaf = node->state.load() == NodeState::Ready;
    size_t words = 1;
    if (!leaf) {
      if (node->attributes) node->attributes->write_key(prefix);
      words = 2 + node->inputs().size() + prefix.size();
    } else if (node->has(kNumber)) {
      words = walk.key()[position] & 0x20000000u ? 3 : 1;
    } else {
      words = 1 + 2 * node->spec.shape.size() * (node->value.strides ? 2 : 1);
    }
    if (longest < position + words) {
      which = leaf ? text("leaf ", node->spec)
                   : text(node->op->name, "(", attributes_text(node->attributes.get()), ") ",
                          node->spec);
      if (node->origin) which += text(" in ", node->origin);
      break;
    }
    position += words;
  }
  return text("differs from the nearest of ", entries_.size(), " programs at ", which);
}

}  // namespace lamina
