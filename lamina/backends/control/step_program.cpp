#include "lamina/backends/control/step_program.h"

#include <cstring>
#include <list>
#include <mutex>

#include "lamina/base/parallel_for.h"
#include "lamina/base/text.h"
#include "lamina/base/timer.h"
#include "lamina/exec/deterministic.h"
#include "lamina/exec/loop_body.h"
#include "lamina/exec/profile.h"

namespace lamina::backend {
namespace {

struct Kept {
  std::vector<uint32_t> key;
  std::shared_ptr<const Program> program;
};

// The bodies of a process are few; what was used longest ago goes first.
constexpr size_t kMostKept = 256;

struct KeptPrograms {
  std::mutex mutex;
  std::list<Kept> list;

  std::shared_ptr<const Program> find(const std::vector<uint32_t>& key) {
    std::lock_guard lock(mutex);
    for (auto it = list.begin(); it != list.end(); ++it) {
      if (it->key != key) continue;
      list.splice(list.begin(), list, it);
      return list.front().program;
    }
    return nullptr;
  }
  void add(std::vector<uint32_t> key, std::shared_ptr<const Program> program) {
    std::lock_guard lock(mutex);
    list.push_front({std::move(key), std::move(program)});
    if (list.size() > kMostKept) list.pop_back();
  }
};

KeptPrograms& kept_programs() {
  static auto* programs = new KeptPrograms;
  return *programs;
}

std::shared_ptr<const Program> compile(const Subgraph& body, size_t carries,
                                       size_t first_constant) {
  Graph graph = copy_graph(body.graph());
  for (GraphValue& v : graph.values) {
    if (v.leaf != LeafKind::Data) continue;
    const auto index = static_cast<size_t>(v.leaf_index);
    v.is_variable = index >= first_constant;
    v.dies = index < carries;
  }
  {
    LoopBodyScope body_of_a_loop;
    optimize(graph);
  }
  return lower(std::move(graph), 1, "the body of a loop", {OutputLayout::RowMajor});
}

}  // namespace

std::shared_ptr<const Program> body_program(const Subgraph& body, size_t carries,
                                            size_t first_constant) {
  std::vector<uint32_t> key = body.key();
  key.push_back(static_cast<uint32_t>(carries));
  key.push_back(static_cast<uint32_t>(first_constant));
  key.push_back(static_cast<uint32_t>(thread_count()) << 1 | (is_deterministic() ? 1u : 0u));
  if (auto found = kept_programs().find(key)) return found;
  auto program = compile(body, carries, first_constant);
  kept_programs().add(std::move(key), program);
  return program;
}

OutputPlace output_place(const Program& program, size_t k) {
  const int32_t buffer = program.outputs[k].buffer;
  if (buffer < program.leaf_count) return {true, static_cast<size_t>(buffer)};
  return {false, static_cast<size_t>(buffer - program.leaf_count - 1)};
}

size_t StepRun::scratch_bytes(const Program& program) {
  return static_cast<size_t>(program.arena_bytes);
}

StepRun::StepRun(const Program& program, std::byte* scratch)
    : program_(program),
      first_output_(static_cast<size_t>(program.leaf_count) + 1),
      prepared_(program.derivations.size(), false) {
  size_t derived = 0;
  for (const Derivation& derivation : program.derivations) derived += derivation.keeps.size();
  bases_.resize(first_output_ + program.output_bytes.size() + derived, nullptr);
  bases_[static_cast<size_t>(program.leaf_count)] = scratch;
  size_t most = 0;
  for (const Instruction& i : program.instructions) most = std::max<size_t>(most, i.operand_count);
  operands_.resize(most);
}

void StepRun::set_derived(int32_t number, std::byte* data) {
  bases_[static_cast<size_t>(program_.derived_buffer(number))] = data;
}

void StepRun::prepare() {
  for (size_t d = 0; d < prepared_.size(); ++d) {
    if (prepared_[d]) continue;
    const Derivation& derivation = program_.derivations[d];
    Run once;
    std::vector<Run::Leaf> leaves(derivation.leaves.size());
    for (size_t i = 0; i < leaves.size(); ++i)
      leaves[i].data = bases_[static_cast<size_t>(derivation.leaves[i])];
    once.leaves = leaves;
    derivation.program->run(once);
    for (size_t k = 0; k < once.outputs.size(); ++k) {
      derived_.push_back(std::move(once.outputs[k].storage));
      set_derived(derivation.keeps[k], derived_.back()->data());
    }
  }
}

namespace {

size_t derived_bytes(const Program& derivation, size_t k) {
  return static_cast<size_t>(derivation.outputs[k].spec.shape.elements());  // they are bytes
}

// Runs a derivation of one leaf and puts its results one behind the other.
class Derive final : public Kernel {
 public:
  explicit Derive(std::shared_ptr<const Program> program) : program_(std::move(program)) {
    name = "control.derive";
    makes = text("control.derive ", reinterpret_cast<uintptr_t>(program_.get()));
  }
  void run(std::byte* const* operands, RunContext&) const override {
    Run once;
    Run::Leaf leaf;
    leaf.data = operands[0];
    once.leaves = {&leaf, 1};
    program_->run(once);
    std::byte* to = operands[1];
    for (size_t k = 0; k < once.outputs.size(); ++k) {
      std::memcpy(to, once.outputs[k].storage->data(), derived_bytes(*program_, k));
      to += aligned(derived_bytes(*program_, k));
    }
  }

 private:
  std::shared_ptr<const Program> program_;
};

}  // namespace

void StepRun::set_prepared(size_t d, std::byte* block) {
  const Derivation& derivation = program_.derivations[d];
  for (size_t k = 0; k < derivation.keeps.size(); ++k) {
    set_derived(derivation.keeps[k], block);
    block += aligned(derived_bytes(*derivation.program, k));
  }
  prepared_[d] = true;
}

std::vector<PreparedInput> prepared_inputs(const Program& program) {
  std::vector<int> readers(static_cast<size_t>(program.leaf_count), 0);
  const auto read = [&](int32_t buffer) {
    if (buffer < program.leaf_count) ++readers[static_cast<size_t>(buffer)];
  };
  for (const Place& place : program.operands) read(place.buffer);
  for (const ProgramOutput& output : program.outputs) read(output.buffer);
  for (const Derivation& derivation : program.derivations) {
    for (int32_t leaf : derivation.leaves) read(leaf);
  }
  std::vector<PreparedInput> result;
  for (size_t d = 0; d < program.derivations.size(); ++d) {
    const Derivation& derivation = program.derivations[d];
    if (derivation.leaves.size() != 1) continue;
    const auto input = static_cast<size_t>(derivation.leaves[0]);
    if (readers[input] != 1) continue;
    size_t bytes = 0;
    for (size_t k = 0; k < derivation.keeps.size(); ++k)
      bytes += aligned(derived_bytes(*derivation.program, k));
    result.push_back({d, {input, bytes, std::make_shared<Derive>(derivation.program)}});
  }
  return result;
}

bool StepRun::step(RunContext& context) {
  Profiler* profiler = active_profiler();
  std::byte* const arena = bases_[static_cast<size_t>(program_.leaf_count)];
  for (const Instruction& instruction : program_.instructions) {
    const Place* place = program_.operands.data() + instruction.first_operand;
    for (uint32_t i = 0; i < instruction.operand_count; ++i)
      operands_[i] = bases_[static_cast<size_t>(place[i].buffer)] + place[i].offset;
    context.scratch = arena + instruction.scratch;
    const double start = profiler ? monotonic_seconds() : 0;
    instruction.kernel->run(operands_.data(), context);
    if (profiler) profiler->add(instruction, program_, start, monotonic_seconds());
    if (context.failed) return false;
  }
  return true;
}

void run_once(const Program& program, const Subgraph& graph, std::byte* const* inputs,
              std::byte* const* results, RunContext& context) {
  const Ref<Storage> scratch =
      Storage::allocate(std::max<size_t>(1, StepRun::scratch_bytes(program)));
  StepRun run(program, scratch->data());
  for (size_t i = 0; i < graph.input_count(); ++i) run.set_input(i, inputs[i]);
  std::vector<std::byte*> buffers(program.output_bytes.size(), nullptr);
  for (size_t k = 0; k < graph.output_count(); ++k) {
    const OutputPlace place = output_place(program, k);
    if (place.is_input || buffers[place.number]) continue;
    buffers[place.number] = results[k];
    run.set_output(place.number, results[k]);
  }
  run.prepare();
  if (!run.step(context)) return;
  for (size_t k = 0; k < graph.output_count(); ++k) {
    const OutputPlace place = output_place(program, k);
    const std::byte* from = place.is_input ? inputs[place.number] : buffers[place.number];
    if (from != results[k]) std::memcpy(results[k], from, bytes_of(graph.output(k)));
  }
}

}  // namespace lamina::backend
