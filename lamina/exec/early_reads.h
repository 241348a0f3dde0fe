// Losses that are read before backward. The first read is a program of its own. The step that
// follows computes the loss again, and its program is remembered: the next read of such a loss runs
// that program as far as the loss, and the step goes on from there. So its bits are those of a step
// whose loss nobody read: docs/decisions/028-early-reads.md.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "lamina/exec/leaf_values.h"
#include "lamina/exec/program.h"

namespace lamina {

class Walk;
struct Node;

// How the walk of a loss and the program of its step belong together.
struct StepOfLoss {
  std::vector<uint32_t> key;  // of the loss's walk
  std::shared_ptr<const Program> program;
  size_t count = 0;             // instructions until the loss is there
  std::vector<int32_t> leaves;  // for each leaf of the walk that of the program, or -1
  std::vector<std::pair<int32_t, int32_t>> outputs;  // position in the walk, output of the program
};

// The read of a loss as the beginning of its step.
class BeginningOfStep {
 public:
  // Under the graph lock: null unless `root` is the loss of a step that is known.
  static std::unique_ptr<BeginningOfStep> find(const Walk& walk, Node* root);

  const std::vector<Node*>& nodes() const { return nodes_; }
  void run();  // without the lock, once
  NodeValue value(size_t node) const;

  // One is kept in each thread, for its step.
  static void keep(std::unique_ptr<BeginningOfStep> beginning);
  // Under the graph lock: what has been run of the walk's program, if that is what it began.
  static std::unique_ptr<PartialRun> take(const Walk& walk, const Program& program);
  // Without the lock: its memory has waited for long enough.
  static void drop_unused();

 private:
  BeginningOfStep(const Walk& walk, std::shared_ptr<const StepOfLoss> step);
  bool has_leaves_of(const Walk& walk) const;

  std::shared_ptr<const StepOfLoss> step_;
  LeafValues values_;
  std::vector<int64_t> offsets_;
  std::vector<Node*> nodes_;
  PartialRun run_;
  int other_evaluations_ = 0;
};

// An evaluation of `root` alone, under the graph lock: false unless it may be a loss, one number on
// a tape. Whether it was an early read is known when backward begins at it.
bool note_read(const Walk& walk, Node* root);
void note_another_walk(const Node* root);  // through what was noted
void note_backward(const Array& loss);

// Whether reads of this thread are followed by steps, which is assumed until one was not.
bool& reads_are_followed_by_steps();

// Under the graph lock: what a read has run of the walk's program. Learns from a step that could
// not go on from a read, which is counted.
std::unique_ptr<PartialRun> begun_part(const Walk& walk,
                                       const std::shared_ptr<const Program>& program,
                                       const std::vector<int32_t>& planned_outputs);

}  // namespace lamina
