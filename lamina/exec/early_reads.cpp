#include "lamina/exec/early_reads.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include "lamina/core/array.h"
#include "lamina/exec/profile.h"
#include "lamina/exec/walk.h"
#include "lamina/op/op.h"

namespace lamina {
namespace {

constexpr size_t kMostKeys = 64;
// A beginning that no step took occupies memory: evaluations after which it is dropped.
constexpr int kMostEvaluations = 8;

bool has_living_tape(const Node* node) {
  return node->has(kRequiresGrad) && !node->has(kStale) && !node->variable;
}

bool may_be_a_loss(const Node* node) {
  return has_living_tape(node) && node->spec.shape.elements() == 1;
}

struct Known {
  std::shared_ptr<const StepOfLoss> step;
  int unused = 0;  // beginnings in a row that no step took
};

// By the hash of the loss's walk. Guarded by the graph lock.
std::unordered_map<uint64_t, Known>& known_steps() {
  static auto* known = new std::unordered_map<uint64_t, Known>;
  return *known;
}

// What the last read of this thread walked through. Nodes are compared, not followed.
struct Read {
  uint64_t hash = 0;
  std::vector<uint32_t> key;
  std::vector<Node*> leaves;
  std::vector<std::pair<int32_t, Node*>> outputs;  // with their positions
  Node* root = nullptr;
  uint32_t mark = 0;  // .. and the walk that visited it: another node at its address has none
  Array loss;         // the root, once backward has begun at it
};
thread_local Read last_read;
thread_local std::unique_ptr<BeginningOfStep> begun;

// Values of the walk that a read makes ready: those on the tape of the loss that somebody holds.
// The loss is the first root, so all before it are its own.
std::vector<std::pair<int32_t, Node*>> outputs_of_read(const Walk& walk, const Node* root) {
  std::vector<std::pair<int32_t, Node*>> outputs;
  for (int32_t position : walk.outputs()) {
    Node* node = walk.order()[static_cast<size_t>(position)];
    if (position <= static_cast<int32_t>(root->position) && has_living_tape(node))
      outputs.emplace_back(position, node);
  }
  return outputs;
}

// Instructions until the outputs are there; 0 if one of them reads what the loss's walk does not
// know, or an output is no memory of the program's own.
size_t instructions_until(const StepOfLoss& step) {
  const Program& p = *step.program;
  std::vector<bool> wanted(p.output_bytes.size(), false), known(p.leaf_count, false);
  for (const auto& [position, output] : step.outputs) {
    const int32_t k = p.outputs[output].buffer - p.output_buffer(0);
    if (k < 0 || k >= static_cast<int32_t>(wanted.size())) return 0;
    wanted[k] = true;
  }
  for (int32_t leaf : step.leaves) {
    if (leaf >= 0) known[leaf] = true;
  }
  for (const Derivation& derivation : p.derivations) {
    for (int32_t leaf : derivation.leaves) {
      if (!known[leaf]) return 0;
    }
  }
  size_t count = 0;
  for (size_t i = 0; i < p.instructions.size(); ++i) {
    const Instruction& instruction = p.instructions[i];
    for (uint32_t k = instruction.input_count; k < instruction.operand_count; ++k) {
      const int32_t to = p.operands[instruction.first_operand + k].buffer - p.output_buffer(0);
      if (to >= 0 && to < static_cast<int32_t>(wanted.size()) && wanted[to]) count = i + 1;
    }
  }
  for (const Instruction& instruction : std::span(p.instructions).first(count)) {
    for (uint32_t k = 0; k < instruction.operand_count; ++k) {
      const int32_t buffer = p.operands[instruction.first_operand + k].buffer;
      if (buffer < p.leaf_count && !known[buffer]) return 0;
    }
  }
  return count;
}

void learn(const Read& read, const Walk& walk, const std::shared_ptr<const Program>& program,
           const std::vector<int32_t>& planned_outputs) {
  auto step = std::make_shared<StepOfLoss>();
  step->key = read.key;
  step->program = program;
  std::unordered_map<const Node*, int32_t> leaves, outputs;
  for (size_t k = 0; k < walk.leaves().size(); ++k)
    leaves[walk.leaves()[k]] = static_cast<int32_t>(k);
  for (size_t k = 0; k < planned_outputs.size(); ++k)
    outputs[walk.order()[planned_outputs[k]]] = static_cast<int32_t>(k);
  for (const Node* leaf : read.leaves) {
    const auto found = leaves.find(leaf);
    step->leaves.push_back(found == leaves.end() ? -1 : found->second);
  }
  for (const auto& [position, node] : read.outputs) {
    const auto found = outputs.find(node);
    if (found == outputs.end()) return;
    step->outputs.emplace_back(position, found->second);
  }
  step->count = instructions_until(*step);
  if (step->count == 0) return;
  auto& known = known_steps();
  if (known.size() >= kMostKeys) known.clear();
  known[read.hash] = {std::move(step), 0};
}

}  // namespace

BeginningOfStep::BeginningOfStep(const Walk& walk, std::shared_ptr<const StepOfLoss> step)
    : step_(std::move(step)), values_(walk, LeafValues::Keep::All) {
  for (const Node* leaf : walk.leaves()) offsets_.push_back(leaf->value.offset);
  for (const auto& [position, output] : step_->outputs)
    nodes_.push_back(walk.order()[static_cast<size_t>(position)]);
}

std::unique_ptr<BeginningOfStep> BeginningOfStep::find(const Walk& walk, Node* root) {
  auto& all = known_steps();
  if (all.empty() || !may_be_a_loss(root)) return nullptr;
  const auto found = all.find(walk.hash());
  if (found == all.end() || found->second.step->key != walk.key()) return nullptr;
  Known& known = found->second;
  const auto outputs = outputs_of_read(walk, root);
  const bool same = std::ranges::equal(outputs, known.step->outputs, {},
                                       [](const auto& o) { return o.first; },
                                       [](const auto& o) { return o.first; });
  // Memory of others is not held for longer than somebody asked for.
  const bool foreign = std::ranges::any_of(walk.leaves(), [](const Node* leaf) {
    return leaf->value.storage && leaf->value.storage->is_foreign();
  });
  if (!same || foreign) return nullptr;
  if (++known.unused > 2) {  // this loop reads and does not train
    all.erase(found);
    return nullptr;
  }
  note_read(walk, root);
  return std::unique_ptr<BeginningOfStep>(new BeginningOfStep(walk, known.step));
}

void BeginningOfStep::run() {
  std::vector<Run::Leaf> leaves(static_cast<size_t>(step_->program->leaf_count));
  for (size_t k = 0; k < step_->leaves.size(); ++k) {
    if (step_->leaves[k] >= 0) leaves[step_->leaves[k]] = values_.leaves()[k];
  }
  Run run;
  run.leaves = leaves;
  run_ = step_->program->run_beginning(run, step_->count);
}

NodeValue BeginningOfStep::value(size_t node) const {
  return step_->program->output_of(run_, static_cast<size_t>(step_->outputs[node].second));
}

void BeginningOfStep::keep(std::unique_ptr<BeginningOfStep> beginning) {
  begun = std::move(beginning);
}

// The same numbers, and the same memory, which nobody can have written since it is held.
bool BeginningOfStep::has_leaves_of(const Walk& walk) const {
  for (size_t k = 0; k < step_->leaves.size(); ++k) {
    if (step_->leaves[k] < 0) continue;
    const Node* leaf = walk.leaves()[static_cast<size_t>(step_->leaves[k])];
    const bool same = leaf->has(kNumber)
                          ? values_.has_number(k, *leaf)
                          : values_.storage(k) == leaf->value.storage.get() &&
                                offsets_[k] == leaf->value.offset;
    if (!same) return false;
  }
  return true;
}

bool note_read(const Walk& walk, Node* root) {
  if (!may_be_a_loss(root)) return false;
  Read& read = last_read;
  read.hash = walk.hash();
  read.key = walk.key();
  read.leaves = walk.leaves();
  read.outputs = outputs_of_read(walk, root);
  read.root = root;
  read.mark = root->mark;
  return true;
}

void note_another_walk(const Node* root) { last_read.mark = root->mark; }

void note_backward(const Array& loss) {
  Array before;  // let go of without the lock
  std::lock_guard lock(graph_mutex());
  before = std::move(last_read.loss);
  Node* node = loss.node();
  if (node->is_ready() && node == last_read.root && node->mark == last_read.mark)
    last_read.loss = loss;
}

bool& reads_are_followed_by_steps() {
  thread_local bool followed = true;
  return followed;
}

std::unique_ptr<PartialRun> BeginningOfStep::take(const Walk& walk, const Program& program) {
  if (!begun) return nullptr;
  if (begun->step_->program.get() != &program || !begun->has_leaves_of(walk)) {
    ++begun->other_evaluations_;
    return nullptr;
  }
  const auto taken = std::move(begun);  // lets go of the leaves, so that they may be given away
  const auto known = std::ranges::find_if(
      known_steps(), [&](const auto& entry) { return entry.second.step == taken->step_; });
  if (known != known_steps().end()) known->second.unused = 0;
  return std::make_unique<PartialRun>(std::move(taken->run_));
}

void BeginningOfStep::drop_unused() {
  if (begun && begun->other_evaluations_ > kMostEvaluations) begun = nullptr;
}

std::unique_ptr<PartialRun> begun_part(const Walk& walk,
                                       const std::shared_ptr<const Program>& program,
                                       const std::vector<int32_t>& planned_outputs) {
  auto part = BeginningOfStep::take(walk, *program);
  Node* loss = last_read.loss ? last_read.loss.node() : nullptr;
  if (!loss || loss != last_read.root || !walk.contains(loss)) return part;
  if (!part && !loss->is_ready()) {
    count_early_read();
    if (program->tier > 0) learn(last_read, walk, program, planned_outputs);
  }
  last_read.root = nullptr;
  reads_are_followed_by_steps() = true;
  return part;
}

}  // namespace lamina
