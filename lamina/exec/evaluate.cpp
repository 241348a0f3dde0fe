#include "lamina/exec/evaluate.h"

#include <algorithm>
#include <condition_variable>
#include <unordered_set>

#include "lamina/base/environment.h"
#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/exec/cache.h"
#include "lamina/exec/early_reads.h"
#include "lamina/exec/estimate.h"
#include "lamina/exec/explain.h"
#include "lamina/exec/leaf_values.h"
#include "lamina/exec/loop_carries.h"
#include "lamina/exec/memory_budget.h"
#include "lamina/exec/pending_updates.h"
#include "lamina/exec/profile.h"
#include "lamina/exec/retained.h"
#include "lamina/exec/walk.h"
#include "lamina/ir/tapes.h"
#include "lamina/op/graph_scope.h"
#include "lamina/op/op.h"

namespace lamina {
namespace {

std::condition_variable& evaluated() {
  static auto* condition = new std::condition_variable;
  return *condition;
}

// Buffers whose newest value has not been computed, in the order in which they were updated, with
// the value that they had before: a failing evaluation gives it back.
struct PendingUpdate {
  Ref<Variable> variable;
  Retained before;
  uint64_t group;  // of those updated by one call
  bool left = false;  // for the step, by an evaluation that could have computed it
};
thread_local std::vector<PendingUpdate> pending_updates;
thread_local uint64_t update_calls = 0;
thread_local std::vector<Array> losses;

constexpr size_t kMostLosses = 64;

// Estimated seconds above which a graph is compiled before its first run: about what compiling
// costs.
constexpr double kCompileSeconds = 2e-3;

double estimated_seconds(const Program& program) {
  return seconds_of({program.flops(), program.bytes()});
}

std::shared_ptr<const Program> compiled(Graph graph, const char* why) {
  count_compiled(graph.values.size() - static_cast<size_t>(graph.leaf_count));
  return compile(std::move(graph), why);
}

// The first program of a structure. What clearly costs more to run than to compile is compiled at
// once: its tier 0 would only be made to be estimated.
std::shared_ptr<const Program> first_program(const Walk& walk, bool compiles) {
  constexpr const char* kCosts = "costs more to run than to compile";
  Graph graph = walk.to_graph();
  if (compiles && estimated_seconds(graph) > kCompileSeconds)
    return compiled(std::move(graph), kCosts);
  if (compiles && comes_in_sizes(graph))
    return compiled(std::move(graph), "another size of a known structure");
  expand_composites(graph);
  auto program = lower(std::move(graph), 0, compiles ? "new, and cheap" : "LAMINA_TIER=0");
  if (!compiles) return program;
  if (estimated_seconds(*program) > kCompileSeconds) return compiled(walk.to_graph(), kCosts);
  const int64_t budget = memory_budget();
  if (budget > 0 && program->planned_peak() > budget)
    return compiled(walk.to_graph(), "a memory budget");
  return program;
}

// The variables that were added, and are to be restored if the evaluation fails.
void add_pending_updates(Walk& walk, std::vector<Variable*>& added_variables) {
  auto ready = [](const PendingUpdate& u) { return u.variable->value().is_ready(); };
  pending_updates.erase(std::remove_if(pending_updates.begin(), pending_updates.end(), ready),
                        pending_updates.end());
  added_variables.clear();
  // Each update that is added may bring another one within reach, and brings all of its group.
  std::vector<bool> added(pending_updates.size(), false);
  std::unordered_set<uint64_t> groups;
  for (bool again = true; again && !walk.busy();) {
    again = false;
    for (size_t i = 0; i < pending_updates.size(); ++i) {
      if (added[i]) continue;
      Node* node = pending_updates[i].variable->value().node();
      if (!groups.contains(pending_updates[i].group) && !walk.touches(node)) continue;
      groups.insert(pending_updates[i].group);
      walk.add_root(node);
      added_variables.push_back(pending_updates[i].variable.get());
      added[i] = again = true;
    }
  }
}

// The step that follows an early read is the same program as that of an unread loss: so it is left
// to the step to compute the updates, unless one is waiting for that already.
bool leaves_updates(const std::vector<Variable*>& added) {
  const std::unordered_set<const Variable*> variables(added.begin(), added.end());
  bool waiting = false;
  for (const PendingUpdate& u : pending_updates)
    waiting |= u.left && variables.contains(u.variable.get());
  if (waiting) reads_are_followed_by_steps() = false;
  if (added.empty() || !reads_are_followed_by_steps()) return false;
  for (PendingUpdate& u : pending_updates) u.left |= variables.contains(u.variable.get());
  return true;
}

// Updates commit with the evaluation that computes their inputs, or not at all. Unless done() is
// called, the buffers get their old values back.
class UpdatesOf {
 public:
  explicit UpdatesOf(const std::vector<Variable*>& variables) : variables_(variables) {}
  ~UpdatesOf() {
    const std::unordered_set<const Variable*> added(variables_.begin(), variables_.end());
    auto mine = [&](const PendingUpdate& u) { return added.contains(u.variable.get()); };
    auto rest = std::stable_partition(pending_updates.begin(), pending_updates.end(),
                                      [&](const PendingUpdate& u) { return !mine(u); });
    // Out of the list first: the old values' graphs are let go of without it.
    std::vector<PendingUpdate> settled(std::make_move_iterator(rest),
                                       std::make_move_iterator(pending_updates.end()));
    pending_updates.erase(rest, pending_updates.end());
    if (done_) return;
    for (PendingUpdate& update : settled) update.variable->set_value(update.before.at(0));
  }
  void done() { done_ = true; }

 private:
  const std::vector<Variable*>& variables_;
  bool done_ = false;
};

// The cached program of a walk, made when it is new, compiled when it returns. Called under the
// graph lock.
std::shared_ptr<const Program> program_of(const Walk& walk, std::vector<int32_t>& planned_outputs) {
  static const bool compiles = environment::integer("LAMINA_TIER", 1, 0, 1) == 1;
  auto entry = program_cache().find(walk);
  if (!entry) {
    count_new_program();
    set_last_miss(program_cache().explain_miss(walk));
    entry = program_cache().insert(walk, first_program(walk, compiles));
  } else if (compiles && entry->program->tier == 0) {
    Graph graph = walk.to_graph();
    graph.outputs = entry->outputs;
    program_cache().replace(*entry, compiled(std::move(graph), "came back"));
  }
  ++entry->runs;
  planned_outputs = entry->outputs;
  return entry->program;
}

// While a program runs, the nodes it computes are claimed; this gives them back if it throws.
class Claim {
 public:
  explicit Claim(std::vector<Node*> nodes) : nodes_(std::move(nodes)) {
    for (Node* n : nodes_) n->state.store(NodeState::Running, std::memory_order_release);
  }
  ~Claim() {
    if (nodes_.empty()) return;
    std::lock_guard lock(graph_mutex());
    for (Node* n : nodes_) n->state.store(NodeState::Pending, std::memory_order_release);
    evaluated().notify_all();
  }
  const std::vector<Node*>& nodes() const { return nodes_; }
  void done() { nodes_.clear(); }

 private:
  std::vector<Node*> nodes_;
};

// Under the graph lock: the node has its value, and keeps its inputs as long as its tape lives.
void settle(Node* node, NodeValue value, std::vector<Node*>& released) {
  node->value = std::move(value);
  bool tape_lives = node->has(kRequiresGrad) && !node->has(kStale) && !node->variable;
  if (!tape_lives) {
    node->detach_inputs(released);
  } else {
    list_tape(node);
  }
  node->state.store(NodeState::Ready, std::memory_order_release);
}

void commit(Claim& claim, const std::vector<int32_t>& planned, const std::vector<Node*>& order,
            Run& run) {
  std::vector<Node*> released;
  {
    std::lock_guard lock(graph_mutex());
    size_t next = 0;
    for (size_t k = 0; k < planned.size(); ++k) {
      Node* node = order[planned[k]];
      if (next >= claim.nodes().size() || claim.nodes()[next] != node)
        continue;  // computed, but nobody holds it
      ++next;
      settle(node, std::move(run.outputs[k]), released);
    }
    claim.done();
    evaluated().notify_all();
  }
  for (Node* node : released) release_edge(node);
}

// A loss is read whose step is known: the step begins. Called with the graph lock, which it
// releases.
void begin_step(std::unique_ptr<BeginningOfStep> step, std::unique_lock<std::mutex>& lock) {
  Claim claim(step->nodes());
  lock.unlock();
  count_evaluation();
  step->run();
  std::vector<Node*> released;  // none: all of them are on a tape
  lock.lock();
  for (size_t k = 0; k < step->nodes().size(); ++k)
    settle(step->nodes()[k], step->value(k), released);
  claim.done();
  evaluated().notify_all();
  lock.unlock();
  BeginningOfStep::keep(std::move(step));
}

}  // namespace

void update_variables(std::vector<BufferUpdate> updates) {
  ++update_calls;
  for (auto& [variable, value] : updates) {
    auto found = std::find_if(pending_updates.begin(), pending_updates.end(),
                              [&](const PendingUpdate& u) { return u.variable == variable; });
    // Of several updates in a row the first one knows what the last evaluation left.
    if (found != pending_updates.end() && !variable->value().is_ready()) {
      found->group = update_calls;
      variable->set_value(std::move(value));
      continue;
    }
    if (found != pending_updates.end()) pending_updates.erase(found);
    Retained before;
    before.add(variable->value());
    variable->set_value(std::move(value));
    pending_updates.push_back({variable, std::move(before), update_calls});
  }
}

uint64_t recorded_updates() { return update_calls; }

void take_back_updates(uint64_t since) {
  auto rest = std::stable_partition(pending_updates.begin(), pending_updates.end(),
                                    [&](const PendingUpdate& u) { return u.group <= since; });
  // Out of the list first: the new values' graphs are let go of without it.
  std::vector<PendingUpdate> taken(std::make_move_iterator(rest),
                                   std::make_move_iterator(pending_updates.end()));
  pending_updates.erase(rest, pending_updates.end());
  for (PendingUpdate& update : taken) {
    if (!update.variable->value().is_ready()) update.variable->set_value(update.before.at(0));
  }
}

void remember_loss(const Array& loss) {
  if (losses.size() >= kMostLosses) losses.erase(losses.begin());
  losses.push_back(loss);
}

std::vector<Array> take_losses() { return std::exchange(losses, {}); }

void evaluate(std::span<Node* const> roots) {
  bool all_ready = std::all_of(roots.begin(), roots.end(), [](Node* n) { return n->is_ready(); });
  if (all_ready) return;
  // Reused, so that a warm evaluation allocates nothing; taken away while in use, since a program
  // may be made (decomposing records, but never evaluates) inside.
  thread_local std::unique_ptr<Walk> spare;
  std::unique_ptr<Walk> walk = spare ? std::move(spare) : std::make_unique<Walk>();
  std::vector<Variable*> updated;
  UpdatesOf updates(updated);
  std::vector<Retained> dropped;

  std::unique_lock lock(graph_mutex());
  for (;;) {
    walk->begin();
    for (Node* root : roots) {
      if (!root->is_ready()) walk->add_root(root);
    }
    if (!walk->busy()) add_pending_updates(*walk, updated);
    add_carries(*walk, dropped);
    if (!walk->busy()) break;
    evaluated().wait(lock);
  }
  walk->finish();
  if (walk->placeholder()) raise_placeholder(walk->placeholder());
  if (walk->outputs().empty()) {
    updates.done();
    spare = std::move(walk);
    return;
  }
  if (auto step = roots.size() == 1 ? BeginningOfStep::find(*walk, roots[0]) : nullptr) {
    updated.clear();  // they stay recorded: the step computes them
    explain_run(*walk, roots);
    begin_step(std::move(step), lock);
    spare = std::move(walk);
    return;
  }
  if (roots.size() == 1 && note_read(*walk, roots[0]) && leaves_updates(updated)) {
    updated.clear();
    walk->begin();
    walk->add_root(roots[0]);
    note_another_walk(roots[0]);
    add_carries(*walk, dropped);
    walk->finish();
  }
  explain_run(*walk, roots);
  std::vector<int32_t> planned;
  std::shared_ptr<const Program> program = program_of(*walk, planned);
  const std::unique_ptr<PartialRun> begun = begun_part(*walk, program, planned);
  std::vector<Node*> outputs;
  for (int32_t position : walk->outputs()) outputs.push_back(walk->order()[position]);
  Claim claim(std::move(outputs));
  LeafValues leaves(*walk);
  lock.unlock();
  BeginningOfStep::drop_unused();

  count_evaluation();
  Run run;
  run.leaves = leaves.leaves();
  run.begun = begun.get();
  program->run(run);
  leaves.release();
  commit(claim, planned, walk->order(), run);
  updates.done();
  spare = std::move(walk);
}

void eval(std::span<const Array> arrays) {
  std::vector<Node*> roots;
  for (const Array& a : arrays) {
    if (!a) throw StateError("eval: an argument is an empty Array");
    roots.push_back(a.node());
  }
  evaluate(roots);
}

const Array& Array::eval() const {
  lamina::eval(std::span(this, 1));
  return *this;
}

}  // namespace lamina
