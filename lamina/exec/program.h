// Program: a graph made runnable. It is a list of kernel calls on numbered places; places are
// offsets into buffers: the leaves, the outputs, and one arena for everything in between. A program
// holds plans, never memory, so any number of threads may run it at once.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lamina/ir/graph.h"
#include "lamina/op/backend.h"

namespace lamina {

struct Place {
  int32_t buffer = 0;  // see Program::buffers
  int64_t offset = 0;  // bytes
};

struct Instruction {
  std::shared_ptr<const Kernel> kernel;
  const char* op = "";  // for the profile and for errors
  const char* origin = nullptr;
  bool checks_values = false;
  uint32_t first_operand = 0, operand_count = 0;  // in Program::operands; inputs first
  uint32_t input_count = 0;                       // .. as many of them
  int64_t scratch = 0;                            // offset in the arena
  std::string what;                               // "matmul float32 [64, 10]": for explain
  double flops = 0, bytes = 0;                    // what one run computes and moves, estimated
  bool again = false;  // computes what an earlier one has, so that it need not be kept
};

// Where an output's value is found when the program has run.
struct ProgramOutput {
  Spec spec;
  int32_t buffer = 0;  // an output buffer, or a leaf whose storage it shares
  std::optional<Strides> strides;
  int32_t donor = -1;  // a data leaf whose storage may become this output's
};

// A run that has stopped part way: where it goes on, and the memory that it has written.
struct PartialRun {
  size_t next = 0;  // instruction
  Ref<Storage> arena;
  std::vector<Ref<Storage>> outputs;  // by output buffer; null where nothing has been written
};

// What one run gets and gives.
struct Run {
  struct Leaf {
    std::byte* data = nullptr;  // numbers: an address of the value, converted to the leaf's type
    Ref<Storage>* storage = nullptr;  // data leaves
    bool may_donate = false;          // nobody else can see the storage; numbers have none
  };
  std::span<const Leaf> leaves;
  std::vector<NodeValue> outputs;  // filled in the order of Program::outputs
  PartialRun* begun = nullptr;     // the run goes on from there
};

class Program;

// What depends on parameters and buffers of modules only (packed and folded weights): a program whose
// outputs are kept from run to run (exec/derived.h).
struct Derivation {
  std::shared_ptr<const Program> program;
  std::vector<int32_t> leaves;  // for each of its leaves, the leaf of the program that it serves
  std::vector<int32_t> keeps;   // for each of its outputs, the number of the derived value
};

class Program {
 public:
  // Buffers are numbered: leaves [0, leaf_count), the arena, one for each distinct output storage,
  // one for each derived value.
  int leaf_count = 0;
  int64_t arena_bytes = 0;
  std::vector<int64_t> output_bytes;
  std::vector<Place> operands;
  std::vector<int32_t> values;  // of each operand, the number of the value it is: for explain
  std::vector<Instruction> instructions;
  std::vector<ProgramOutput> outputs;
  std::vector<Derivation> derivations;  // one for each group of derived values made together

  // The first instruction that may write into donated storage: no later one can fail.
  size_t commit = 0;
  int tier = 0;
  const char* why_tier = "";  // .. and why: for the profile
  std::vector<std::string> refusals;  // "matmul: onednn.matmul: why": kernels that were not taken
  std::shared_ptr<const GraphSizes> sizes;  // of the compiled graph: which ones vary; or null
  int64_t budget = 0;  // of memory, that it was made for; 0: none

  int32_t arena() const { return leaf_count; }
  int32_t output_buffer(int k) const { return leaf_count + 1 + k; }
  int32_t derived_buffer(int k) const {
    return output_buffer(static_cast<int>(output_bytes.size()) + k);
  }

  // Computes everything or throws and leaves all storages as they were.
  void run(Run& run) const;

  // The first `count` instructions, with memory of their own for all that they write: no leaf is
  // given away. Leaves that they do not read may be left out (null).
  PartialRun run_beginning(const Run& run, size_t count) const;
  // An output of a run that has computed it.
  NodeValue output_of(const PartialRun& run, size_t output) const;

  double flops() const;
  double bytes() const;
  // Bytes by which memory grows: arena, outputs that take over no leaf's storage, kept values.
  int64_t planned_peak() const;
  int64_t donated_bytes() const;  // of outputs that take over a dying leaf's storage
  int64_t kept_bytes() const;     // of the derived values
  std::string to_text() const;    // one line per instruction, then what it costs

 private:
  void execute(std::span<std::byte* const> bases, size_t first, size_t end) const;
};

// Chooses kernels and places for a graph. Tier 1 means that optimize() has been applied before.
// Outputs lie as their kernels like it, or row-major.
enum class OutputLayout : uint8_t { Any, RowMajor };
struct LowerOptions {
  OutputLayout layout = OutputLayout::Any;
  std::vector<bool> again = {};  // values that are computed once more; empty: none
};
std::shared_ptr<const Program> lower(Graph graph, int tier, const char* why_tier = "",
                                     LowerOptions options = {});

// The compiler: its passes, then lowering, so that the program fits into the memory budget
// (compile/compile.cpp). OutOfMemory where it cannot.
std::shared_ptr<const Program> compile(Graph graph, const char* why_tier = "");

// Its passes alone (compile/optimize.cpp); for a structure that has come in several sizes, what they
// are known to make of it.
void optimize(Graph& graph);
// Whether graphs of this structure have been compiled for several sizes.
bool comes_in_sizes(const Graph& graph);

// Replaces composite ops that no kernel claims by what they decompose into.
void expand_composites(Graph& graph);
// Whether there is nothing to replace.
bool composites_have_kernels(const Graph& graph);

}  // namespace lamina
