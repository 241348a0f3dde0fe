// A derivation in its parts. Instructions belong together when a value that one writes is read or
// written by the other: a weight, its scale and its packed form are one part, the next layer's another.
#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "lamina/base/text.h"
#include "lamina/exec/program_builder.h"
#include "lamina/exec/shared_derivations.h"

namespace lamina {
namespace {

// Sets of buffers; each is known by the smallest number in it.
class Groups {
 public:
  explicit Groups(size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0); }
  int32_t find(int32_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(int32_t a, int32_t b) {
    a = find(a), b = find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<int32_t> parent_;
};

}  // namespace

std::vector<Derivation> ProgramBuilder::finish_parts() {
  const Program& all = *program_;
  const auto operands_of = [&](const Instruction& i) {
    return std::span(all.operands).subspan(i.first_operand, i.operand_count);
  };
  Groups groups(plan_.buffers.size());
  for (const Instruction& i : all.instructions) {
    const int32_t written = operands_of(i).back().buffer;
    for (const Place& place : operands_of(i)) {
      if (!is_leaf(place.buffer)) groups.join(place.buffer, written);
    }
  }
  struct Part {
    std::vector<size_t> instructions;
    Derivation derivation;
  };
  std::vector<Part> parts;
  std::unordered_map<int32_t, size_t> part_of;  // by group
  for (size_t i = 0; i < all.instructions.size(); ++i) {
    const int32_t group = groups.find(operands_of(all.instructions[i]).back().buffer);
    const auto [found, is_new] = part_of.emplace(group, parts.size());
    if (is_new) parts.emplace_back();
    parts[found->second].instructions.push_back(i);
  }

  std::vector<Derivation> result;
  for (Part& part : parts) {
    std::vector<int32_t>& leaves = part.derivation.leaves;
    for (size_t i : part.instructions) {
      for (const Place& place : operands_of(all.instructions[i])) {
        if (is_leaf(place.buffer) && std::ranges::find(leaves, place.buffer) == leaves.end())
          leaves.push_back(place.buffer);
      }
    }
    ProgramBuilder builder(static_cast<int>(leaves.size()), all.tier);
    std::string what;
    bool all_say = true;
    std::unordered_map<int32_t, int32_t> renumbered;
    const auto number = [&](int32_t buffer) {
      const auto [found, is_new] =
          renumbered.emplace(buffer, static_cast<int32_t>(builder.plan_.buffers.size()));
      if (is_new) builder.new_buffer(plan_.buffers[buffer].bytes);
      return found->second;
    };
    for (size_t k = 0; k < leaves.size(); ++k) {
      renumbered[leaves[k]] = static_cast<int32_t>(k);
      builder.plan_.buffers[k] = plan_.buffers[leaves[k]];
    }
    for (size_t i : part.instructions) {
      const Instruction& instruction = all.instructions[i];
      std::vector<Location> from, to;
      for (uint32_t k = 0; k < instruction.operand_count; ++k) {
        const Place& place = operands_of(instruction)[k];
        (k < instruction.input_count ? from : to)
            .push_back({number(place.buffer), place.offset, {}});
      }
      const std::string& one = made_by(instruction.kernel);
      what += text("\n", one);
      all_say = all_say && !one.empty();
      builder.add(instruction.kernel,
                  {.op = instruction.op,
                   .what = instruction.what,
                   .origin = instruction.origin,
                   .flops = instruction.flops,
                   .bytes = instruction.bytes,
                   .checks_values = instruction.checks_values},
                  from, to);
    }
    for (size_t k = 0; k < all.outputs.size(); ++k) {
      const auto found = renumbered.find(all.outputs[k].buffer);
      if (found == renumbered.end()) continue;
      builder.keep(found->second);
      part.derivation.keeps.push_back(static_cast<int32_t>(k));
    }
    part.derivation.program = shared_derivation(builder.finish(), all_say ? what : "");
    result.push_back(std::move(part.derivation));
  }
  return result;
}

}  // namespace lamina
