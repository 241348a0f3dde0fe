#include "lamina/exec/memory_plan.h"

#include <algorithm>
#include <map>
#include <set>

#include "lamina/base/error.h"

namespace lamina {
namespace {

constexpr int64_t kAlign = 64;
int64_t aligned(int64_t bytes) {
  return (std::max<int64_t>(bytes, 1) + kAlign - 1) / kAlign * kAlign;
}

// Free ranges of the arena; the smallest that fits is taken, the arena grows when none does.
class Arena {
 public:
  int64_t allocate(int64_t bytes) {
    auto best = by_size_.lower_bound({bytes, 0});
    if (best != by_size_.end()) {
      const auto [size, offset] = *best;
      remove(by_offset_.find(offset));
      if (size > bytes) insert(offset + bytes, size - bytes);
      return offset;
    }
    int64_t offset = size_;
    if (!by_offset_.empty()) {  // extend a free range at the end instead of leaving it behind
      auto last = std::prev(by_offset_.end());
      if (last->first + last->second == size_) {
        offset = last->first;
        remove(last);
      }
    }
    size_ = offset + bytes;
    return offset;
  }
  void release(int64_t offset, int64_t bytes) {
    auto next = by_offset_.lower_bound(offset);
    if (next != by_offset_.end() && next->first == offset + bytes) {
      bytes += next->second;
      next = remove(next);
    }
    if (next != by_offset_.begin()) {
      auto before = std::prev(next);
      if (before->first + before->second == offset) {
        offset = before->first;
        bytes += before->second;
        remove(before);
      }
    }
    insert(offset, bytes);
  }
  int64_t size() const { return size_; }

 private:
  using Ranges = std::map<int64_t, int64_t>;
  void insert(int64_t offset, int64_t bytes) {
    by_offset_[offset] = bytes;
    by_size_.insert({bytes, offset});
  }
  Ranges::iterator remove(Ranges::iterator range) {
    by_size_.erase({range->second, range->first});
    return by_offset_.erase(range);
  }

  Ranges by_offset_;
  std::set<std::pair<int64_t, int64_t>> by_size_;  // bytes, offset
  int64_t size_ = 0;
};

// A dying leaf's storage goes to an output of its size that is first written when the leaf has been
// read for the last time, and after the last instruction that can fail.
void choose_donors(Program& program, const MemoryPlan& plan) {
  // Leaves that may donate, by their size; of one size by their last reading.
  std::map<int64_t, std::set<std::pair<int, int>>> donors;
  for (int leaf = 0; leaf < program.leaf_count; ++leaf) {
    const PlannedBuffer& l = plan.buffers[leaf];
    if (l.dies) donors[l.bytes].insert({l.last_read, leaf});
  }
  auto take = [&](int leaf) {
    const PlannedBuffer& l = plan.buffers[leaf];
    donors[l.bytes].erase({l.last_read, leaf});
  };
  for (ProgramOutput& output : program.outputs) {
    if (output.buffer < program.leaf_count) take(output.buffer);  // an output shares this leaf
  }
  auto updated_in_place = [&](const PlannedBuffer& b) {
    for (int32_t leaf : b.may_replace) {
      if (leaf >= program.leaf_count) continue;
      const PlannedBuffer& l = plan.buffers[leaf];
      if (l.bytes == b.bytes && l.last_read == b.first_write &&
          donors[b.bytes].contains({l.last_read, leaf})) {
        return leaf;
      }
    }
    return -1;
  };
  auto read_no_more = [&](const PlannedBuffer& b) {
    // The one that was needed longest: the others serve outputs that are written earlier as well.
    const auto& same = donors[b.bytes];
    const auto after = same.lower_bound({b.first_write, -1});
    return after == same.begin() ? -1 : std::prev(after)->second;
  };
  // First those that are updated in place, so that a parameter keeps its storage; then any of the
  // size.
  std::vector<bool> has_donor(plan.buffers.size(), false);
  for (bool in_place : {true, false}) {
    for (ProgramOutput& output : program.outputs) {
      const PlannedBuffer& b = plan.buffers[output.buffer];
      if (output.buffer < program.leaf_count || has_donor[output.buffer] ||
          b.first_write < static_cast<int>(program.commit)) {
        continue;
      }
      output.donor = in_place ? updated_in_place(b) : read_no_more(b);
      if (output.donor < 0) continue;
      take(output.donor);
      has_donor[output.buffer] = true;
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
