#include "lamina/exec/program.h"

#include <cstring>

#include "lamina/base/denormals.h"
#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/base/timer.h"
#include "lamina/exec/derived.h"
#include "lamina/exec/profile.h"

namespace lamina {
namespace {

[[noreturn]] void raise_value_error(const Instruction& instruction, const RunContext& context) {
  IndexError error(text(instruction.op, ": value ", context.bad_value, " is out of range"));
  error.detail("expected", text("0 to ", context.limit - 1));
  error.help("nothing was changed; check the data (labels start at 0)");
  if (instruction.origin) error.in_module(instruction.origin, "");
  throw error;
}

// The addresses of a program's buffers in one run.
class Bases {
 public:
  Bases(const Program& program, const Run& run, const DerivedValues& derived)
      : program_(program), bases_(program.derived_buffer(static_cast<int>(derived.values().size())),
                                  nullptr) {
    for (int i = 0; i < program.leaf_count; ++i) bases_[i] = run.leaves[i].data;
    for (size_t k = 0; k < derived.values().size(); ++k)
      bases_[program.derived_buffer(static_cast<int>(k))] = derived.values()[k]->data();
  }
  void allocate_arena(Ref<Storage>& arena) {
    if (program_.arena_bytes == 0) return;
    if (!arena) arena = Storage::allocate(static_cast<size_t>(program_.arena_bytes));
    bases_[program_.arena()] = arena->data();
  }
  void allocate_output(size_t k, Ref<Storage>& storage) {
    if (!storage) storage = Storage::allocate(static_cast<size_t>(program_.output_bytes[k]));
    set_output(k, storage->data());
  }
  void set_output(size_t k, std::byte* data) {
    bases_[program_.output_buffer(static_cast<int>(k))] = data;
  }
  std::span<std::byte* const> get() const { return {bases_.data(), bases_.size()}; }

 private:
  const Program& program_;
  SmallVector<std::byte*, 64> bases_;
};

}  // namespace

void Program::execute(std::span<std::byte* const> bases, size_t first, size_t end) const {
  Profiler* profiler = active_profiler();
  SmallVector<std::byte*, 16> pointers;
  for (const Instruction& instruction : std::span(instructions).subspan(first, end - first)) {
    pointers.resize(instruction.operand_count);
    const Place* place = operands.data() + instruction.first_operand;
    for (uint32_t i = 0; i < instruction.operand_count; ++i)
      pointers[i] = bases[place[i].buffer] + place[i].offset;
    RunContext context;
    context.scratch = bases[leaf_count] + instruction.scratch;
    if (profiler) {
      const double start = monotonic_seconds();
      instruction.kernel->run(pointers.data(), context);
      profiler->add(instruction, *this, start, monotonic_seconds());
    } else {
      instruction.kernel->run(pointers.data(), context);
    }
    if (context.failed) raise_value_error(instruction, context);
  }
}

void Program::run(Run& run) const {
  FlushDenormals flush;
  // Everything is allocated before anything is computed: a failure here changes nothing.
  const DerivedValues derived(*this, run);
  Bases bases(*this, run, derived);
  PartialRun state;
  if (run.begun) state = std::move(*run.begun);
  bases.allocate_arena(state.arena);
  std::vector<Ref<Storage>>& storages = state.outputs;
  storages.resize(output_bytes.size());
  std::vector<int32_t> donors(output_bytes.size(), -1);
  for (const ProgramOutput& output : outputs) {
    int32_t k = output.buffer - leaf_count - 1;
    if (k < 0 || storages[k] || output.donor < 0 || donors[k] >= 0) continue;
    const Run::Leaf& leaf = run.leaves[output.donor];
    if (leaf.may_donate && (*leaf.storage)->references() == 1 && !(*leaf.storage)->is_foreign()) {
      donors[k] = output.donor;
      bases.set_output(static_cast<size_t>(k), (*leaf.storage)->data());
    }
  }
  for (size_t k = 0; k < output_bytes.size(); ++k) {
    if (donors[k] < 0) bases.allocate_output(k, storages[k]);
  }
  std::vector<NodeValue> results(outputs.size());
  for (size_t k = 0; k < outputs.size(); ++k) {
    if (outputs[k].strides) results[k].strides = std::make_unique<Strides>(*outputs[k].strides);
  }

  Profiler* profiler = active_profiler();
  const double started = profiler ? monotonic_seconds() : 0;
  execute(bases.get(), state.next, instructions.size());
  if (profiler) profiler->add_run(*this, started, monotonic_seconds());

  for (size_t k = 0; k < output_bytes.size(); ++k) {
    if (donors[k] < 0) continue;
    storages[k] = std::move(*run.leaves[donors[k]].storage);
    storages[k]->renew();
  }
  for (size_t k = 0; k < outputs.size(); ++k) {
    int32_t buffer = outputs[k].buffer;
    results[k].storage =
        buffer < leaf_count ? *run.leaves[buffer].storage : storages[buffer - leaf_count - 1];
  }
  run.outputs = std::move(results);
}

PartialRun Program::run_beginning(const Run& run, size_t count) const {
  FlushDenormals flush;
  const DerivedValues derived(*this, run);
  Bases bases(*this, run, derived);
  PartialRun state;
  state.next = count;
  bases.allocate_arena(state.arena);
  state.outputs.resize(output_bytes.size());
  for (const Instruction& instruction : std::span(instructions).first(count)) {
    for (uint32_t i = 0; i < instruction.operand_count; ++i) {
      const int32_t buffer = operands[instruction.first_operand + i].buffer;
      const auto k = static_cast<size_t>(buffer - output_buffer(0));
      if (buffer >= output_buffer(0) && k < output_bytes.size())
        bases.allocate_output(k, state.outputs[k]);
    }
  }
  execute(bases.get(), 0, count);
  return state;
}

NodeValue Program::output_of(const PartialRun& run, size_t output) const {
  const ProgramOutput& o = outputs[output];
  NodeValue value;
  value.storage = run.outputs[static_cast<size_t>(o.buffer - output_buffer(0))];
  if (o.strides) value.strides = std::make_unique<Strides>(*o.strides);
  return value;
}

double Program::flops() const {
  double sum = 0;
  for (const Instruction& i : instructions) sum += i.flops;
  return sum;
}

double Program::bytes() const {
  double sum = 0;
  for (const Instruction& i : instructions) sum += i.bytes;
  return sum;
}

int64_t Program::kept_bytes() const {
  int64_t sum = 0;
  for (const Derivation& derivation : derivations) {
    for (int64_t b : derivation.program->output_bytes) sum += b;
  }
  return sum;
}

int64_t Program::planned_peak() const {
  int64_t sum = arena_bytes + kept_bytes();
  for (int64_t b : output_bytes) sum += b;
  return sum - donated_bytes();
}

int64_t Program::donated_bytes() const {
  int64_t sum = 0;
  std::vector<bool> counted(output_bytes.size(), false);
  for (const ProgramOutput& output : outputs) {
    const auto k = static_cast<size_t>(output.buffer - output_buffer(0));
    if (output.buffer < output_buffer(0) || output.donor < 0 || counted[k]) continue;
    counted[k] = true;
    sum += output_bytes[k];
  }
  return sum;
}

}  // namespace lamina
