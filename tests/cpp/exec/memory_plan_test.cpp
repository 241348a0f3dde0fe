// Where a plan puts things: whose storage an output takes over, and how large the arena becomes.
#include "lamina/exec/memory_plan.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace lamina {
namespace {

class Nothing final : public Kernel {
 public:
  void run(std::byte* const*, RunContext&) const override {}
};

// A program of leaves that die, and instructions that each write one buffer.
struct Plan {
  explicit Plan(int leaves) {
    program.leaf_count = leaves;
    plan.buffers.resize(static_cast<size_t>(leaves));
  }
  // The next instruction writes a new buffer, which is read for the last time at `last_read`.
  int32_t write(int64_t bytes, int last_read, bool is_output) {
    PlannedBuffer b;
    b.bytes = bytes;
    b.first_write = static_cast<int>(program.instructions.size());
    b.last_read = last_read;
    b.is_output = is_output;
    plan.buffers.push_back(b);
    const auto number = static_cast<int32_t>(plan.buffers.size() - 1);
    Instruction i;
    i.kernel = std::make_shared<Nothing>();
    i.first_operand = static_cast<uint32_t>(program.operands.size());
    i.operand_count = 1;
    program.operands.push_back({number, 0});
    program.instructions.push_back(std::move(i));
    if (is_output) {
      ProgramOutput output;
      output.buffer = number;
      program.outputs.push_back(output);
    }
    return number;
  }
  Program program;
  MemoryPlan plan;
};

TEST(MemoryPlan, OfManyLeavesOfOneSizeEachDonatesOnce) {
  constexpr int kCount = 1000;
  Plan p(kCount);
  for (int k = 0; k < kCount; ++k) {
    PlannedBuffer& leaf = p.plan.buffers[static_cast<size_t>(k)];
    leaf.bytes = 256;
    leaf.dies = true;
    leaf.last_read = k;
    const int32_t written = p.write(256, -1, true);
    if (k % 2 == 0) p.plan.buffers[static_cast<size_t>(written)].may_replace.push_back(k);
  }
  finish_plan(p.program, p.plan);
  std::set<int32_t> donors;
  for (int k = 0; k < kCount; ++k) {
    const int32_t donor = p.program.outputs[static_cast<size_t>(k)].donor;
    if (k % 2 == 0) {
      EXPECT_EQ(donor, k) << "is updated in place";
    }
    if (donor < 0) continue;
    EXPECT_TRUE(donors.insert(donor).second) << "leaf " << donor << " donates twice";
    EXPECT_LE(donor, k) << "still read when output " << k << " is written";
  }
  EXPECT_EQ(donors.size(), kCount - 1u);  // when the first odd one is written all are needed
}

TEST(MemoryPlan, AnOutputLeavesToEarlierOnesWhatTheyCanTake) {
  Plan p(2);
  p.plan.buffers[0] = {.bytes = 64, .last_read = 0, .dies = true};
  p.plan.buffers[1] = {.bytes = 64, .last_read = 2, .dies = true};
  p.write(8, 3, false);
  p.write(64, -1, true);  // after the first leaf's last reading
  p.write(8, 3, false);
  p.write(64, -1, true);  // after both
  std::swap(p.program.outputs[0], p.program.outputs[1]);
  finish_plan(p.program, p.plan);
  EXPECT_EQ(p.program.outputs[0].donor, 1);
  EXPECT_EQ(p.program.outputs[1].donor, 0);
}

TEST(MemoryPlan, TheSmallestFreeRangeThatFitsIsTaken) {
  Plan p(0);
  p.write(1024, 2, false);  // free after the third instruction
  p.write(64, 5, false);
  p.write(256, 3, false);  // free after the fourth
  p.write(64, 5, false);   // at the beginning of the first
  const int32_t small = p.write(192, 5, false), large = p.write(960, 5, false);
  finish_plan(p.program, p.plan);
  EXPECT_EQ(p.program.arena_bytes, 1024 + 64 + 256);
  EXPECT_EQ(p.program.operands[static_cast<size_t>(small)].offset, 1024 + 64);
  EXPECT_EQ(p.program.operands[static_cast<size_t>(large)].offset, 64);
}

}  // namespace
}  // namespace lamina
