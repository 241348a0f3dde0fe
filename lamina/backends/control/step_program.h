// The program of a body: compiled once for all loops that have it, run step after step on buffers
// whose addresses the loop sets.
#pragma once

#include <memory>
#include <vector>

#include "lamina/core/storage.h"
#include "lamina/exec/program.h"
#include "lamina/op/subgraph.h"

namespace lamina::backend {

// The first `carries` inputs are the loop's to overwrite; those from `first_constant` on are the
// same in all steps: what is made of them alone is made once. The program's outputs lie row-major.
// Programs are kept, so that another length of the loop does not compile its body again.
std::shared_ptr<const Program> body_program(const Subgraph& body, size_t carries,
                                            size_t first_constant);

class StepRun {
 public:
  // `scratch`: as much memory as scratch_bytes() says.
  StepRun(const Program& program, std::byte* scratch);
  static size_t scratch_bytes(const Program& program);

  void set_input(size_t i, std::byte* data) { bases_[i] = data; }
  std::byte* input(size_t i) const { return bases_[i]; }
  void set_output(size_t buffer, std::byte* data) { bases_[first_output_ + buffer] = data; }

  // Sets what a Preparation has made for one of the program's derivations.
  void set_prepared(size_t derivation, std::byte* block);
  // Computes what else depends on the constant inputs alone, which are set: before the first step.
  void prepare();
  // One step; false when a kernel reported a wrong value, which is then in `context`.
  bool step(RunContext& context);

 private:
  void set_derived(int32_t number, std::byte* data);

  const Program& program_;
  size_t first_output_;
  std::vector<bool> prepared_;  // by derivation
  std::vector<std::byte*> bases_, operands_;
  std::vector<Ref<Storage>> derived_;
};

// Where output k of a body program is found: an output buffer, or (from below) an input.
struct OutputPlace {
  bool is_input = false;
  size_t number = 0;  // of the output buffer, or of the input
};
OutputPlace output_place(const Program& program, size_t k);

// A derivation of the body as a form of an input.
struct PreparedInput {
  size_t derivation;
  Kernel::Preparation preparation;
};
// Those that depend on one constant input each, which nothing else reads.
std::vector<PreparedInput> prepared_inputs(const Program& program);

// One run of a whole graph, whose outputs go to `results`.
void run_once(const Program& program, const Subgraph& graph, std::byte* const* inputs,
              std::byte* const* results, RunContext& context);

constexpr size_t kAlign = 64;
inline size_t aligned(size_t bytes) { return (bytes + kAlign - 1) / kAlign * kAlign; }
inline size_t bytes_of(const Spec& s) {
  return static_cast<size_t>(s.shape.elements()) * size_of(s.dtype);
}

}  // namespace lamina::backend
