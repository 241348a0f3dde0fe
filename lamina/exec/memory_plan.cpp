#include "lamina/exec/memory_plan.h"

#include <algorithm>
#include <map>

#include "lamina/base/error.h"

namespace lamina {
namespace {

constexpr int64_t kAlign = 64;
int64_t aligned(int64_t bytes) {
  return (std::max<int64_t>(bytes, 1) + kAlign - 1) / kAlign * kAlign;
}

// Free ranges of the arena by offset; the smallest that fits is taken, the arena grows when none
// does.
class Arena {
 public:
  int64_t allocate(int64_t bytes) {
    auto best = free_.end();
    for (auto it = free_.begin(); it != free_.end(); ++it) {
      if (it->second >= bytes && (best == free_.end() || it->second < best->second)) best = it;
    }
    if (best != free_.end()) {
      auto [offset, size] = *best;
      free_.erase(best);
      if (size > bytes) free_[offset + bytes] = size - bytes;
      return offset;
    }
    int64_t offset = size_;
    if (!free_.empty()) {  // extend a free range at the end instead of leaving it behind
      auto last = std::prev(free_.end());
      if (last->first + last->second == size_) {
        offset = last->first;
        free_.erase(last);
      }
    }
    size_ = offset + bytes;
    return offset;
  }
  void release(int64_t offset, int64_t bytes) {
    auto it = free_.emplace(offset, bytes).first;
    if (auto next = std::next(it); next != free_.end() && it->first + it->second == next->first) {
      it->second += next->second;
      free_.erase(next);
    }
    if (it != free_.begin()) {
      auto before = std::prev(it);
      if (before->first + before->second == it->first) {
        before->second += it->second;
        free_.erase(it);
      }
    }
  }
  int64_t size() const { return size_; }

 private:
  std::map<int64_t, int64_t> free_;
  int64_t size_ = 0;
};

// A dying leaf's storage goes to an output of its size that is first written when the leaf has been
// read for the last time, and after the last instruction that can fail.
void choose_donors(Program& program, const MemoryPlan& plan) {
  std::vector<bool> taken(plan.buffers.size(), false), has_donor(plan.buffers.size(), false);
  for (ProgramOutput& output : program.outputs) {
    if (output.buffer < program.leaf_count)
      taken[output.buffer] = true;  // an output shares this leaf
  }
  auto fits = [&](int leaf, const PlannedBuffer& b, bool in_place) {
    const PlannedBuffer& l = plan.buffers[leaf];
    if (!l.dies || taken[leaf] || l.bytes != b.bytes ||
        b.first_write < static_cast<int>(program.commit))
      return false;
    if (in_place) {
      return l.last_read == b.first_write &&
             std::find(b.may_replace.begin(), b.may_replace.end(), leaf) != b.may_replace.end();
    }
    return l.last_read < b.first_write;
  };
  // First those that are updated in place, so that a parameter keeps its storage; then any of the
  // size.
  for (bool in_place : {true, false}) {
    for (ProgramOutput& output : program.outputs) {
      if (output.buffer < program.leaf_count || has_donor[output.buffer]) continue;
      for (int leaf = 0; leaf < program.leaf_count; ++leaf) {
        if (!fits(leaf, plan.buffers[output.buffer], in_place)) continue;
        output.donor = leaf;
        taken[leaf] = has_donor[output.buffer] = true;
        break;
      }
    }
  }
}

}  // namespace

void finish_plan(Program& program, const MemoryPlan& plan) {
  const auto& buffers = plan.buffers;
  const int leaf_count = program.leaf_count;
  for (size_t i = 0; i < program.instructions.size(); ++i) {
    if (program.instructions[i].checks_values) program.commit = i + 1;
  }
  choose_donors(program, plan);

  std::vector<Place> places(buffers.size());
  for (int i = 0; i < leaf_count; ++i) places[i] = {i, 0};
  for (size_t b = leaf_count; b < buffers.size(); ++b) {
    if (!buffers[b].is_output) continue;
    places[b] = {program.output_buffer(static_cast<int>(program.output_bytes.size())), 0};
    program.output_bytes.push_back(buffers[b].bytes);
  }

  for (size_t b = leaf_count; b < buffers.size(); ++b) {
    if (buffers[b].imported >= 0) places[b] = {program.derived_buffer(buffers[b].imported), 0};
  }

  std::vector<std::vector<int32_t>> born(program.instructions.size()),
      dead(program.instructions.size());
  for (size_t b = leaf_count; b < buffers.size(); ++b) {
    if (buffers[b].is_output || buffers[b].imported >= 0) continue;
    born[buffers[b].first_write].push_back(static_cast<int32_t>(b));
    dead[std::max(buffers[b].first_write, buffers[b].last_read)].push_back(static_cast<int32_t>(b));
  }
  Arena arena;
  std::vector<bool> given_away(buffers.size(), false);
  for (size_t i = 0; i < program.instructions.size(); ++i) {
    for (int32_t b : born[i]) {
      const PlannedBuffer& buffer = buffers[b];
      bool placed = false;
      for (int32_t old : buffer.may_replace) {
        if (old < leaf_count || buffers[old].is_output || buffers[old].imported >= 0 ||
            given_away[old] ||
            buffers[old].last_read != static_cast<int>(i) ||
            aligned(buffers[old].bytes) != aligned(buffer.bytes)) {
          continue;
        }
        places[b] = places[old];
        given_away[old] = placed = true;
        break;
      }
      if (!placed) places[b] = {program.arena(), arena.allocate(aligned(buffer.bytes))};
    }
    int64_t scratch = static_cast<int64_t>(program.instructions[i].kernel->scratch_bytes());
    if (scratch > 0) {
      int64_t offset = arena.allocate(aligned(scratch));
      program.instructions[i].scratch = offset;
      arena.release(offset, aligned(scratch));
    }
    for (int32_t b : dead[i]) {
      if (!given_away[b]) arena.release(places[b].offset, aligned(buffers[b].bytes));
    }
  }
  program.arena_bytes = arena.size();
  for (Place& operand : program.operands) {
    program.values.push_back(operand.buffer);
    operand = {places[operand.buffer].buffer, places[operand.buffer].offset + operand.offset};
  }
  for (ProgramOutput& output : program.outputs) output.buffer = places[output.buffer].buffer;
}

}  // namespace lamina
