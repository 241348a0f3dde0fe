// The seam between the library and a machine. A backend is asked, not subclassed per op: for each op it
// keeps a list of rules, fastest first, the op's own reference last; a rule looks at a request and
// returns a kernel or says why not. What it returns is a plan for fixed shapes that holds no memory and may
// run on several threads at once.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lamina/core/dtype.h"
#include "lamina/core/shape.h"
#include "lamina/ir/attributes.h"
#include "lamina/op/loop.h"

namespace lamina {

struct Op;
struct Epilogue;
struct EpilogueStep;
struct Spec;

// An operand of a request: what it is and how it lies in memory.
struct Operand {
  DType dtype;
  Shape shape;
  Strides strides;
  bool stable = false;  // stays the same from run to run: what is made of it is kept
};

// What a kernel gets at each run.
struct RunContext {
  // Reports a wrong value found in the data (a label out of range). The run goes on with a harmless value;
  // the first report is raised as an IndexError when the program has ended, and nothing is committed.
  void report(int64_t value, int64_t limit);

  std::byte* scratch = nullptr;  // as many bytes as the kernel asked for, 64-byte aligned
  bool failed = false;
  int64_t bad_value = 0, limit = 0;
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  // Addresses of the inputs, then of the outputs, as the request listed them. Outputs never overlap inputs
  // unless the kernel said so by may_alias.
  virtual void run(std::byte* const* operands, RunContext& context) const = 0;
  virtual size_t scratch_bytes() const { return 0; }
  // An input that the kernel wants in a form of its own (packed weights): run() gets that instead.
  // The preparation is an instruction like others; that of a stable input runs once.
  struct Preparation {
    size_t input;
    size_t bytes;
    std::shared_ptr<const Kernel> kernel;  // operands: the input, the prepared form
  };
  std::vector<Preparation> preparations;
  // Whether output `output` may use the memory of input `input` (same element count and strides).
  virtual bool may_alias(int input, int output) const {
    (void)input, (void)output;
    return false;
  }
  std::string name;  // "cpu.onednn.matmul": printed by explain and counted by the profile
  // Of a kernel that prepares: equal texts, equal results. Empty: it does not say.
  std::string makes;
};

struct KernelRequest {
  const Op* op = nullptr;            // what is asked for ..
  const void* attributes = nullptr;  // .. with the op's attribute struct,
  AttributesRef attributes_owner;    // which a kernel that reads it later must keep
  const Loop* loop = nullptr;        // or a loop, when op is null
  const Epilogue* epilogue = nullptr;  // applied to the op's result; its extra inputs come last
  std::vector<Operand> inputs;       // a rule may overwrite an input's strides: the caller then converts
  std::vector<Operand> outputs;      // row-major on entry; a rule may choose other dense strides
  int threads = 1;
  bool deterministic = false;
  std::string refusal;               // set by a rule that returns null
};

using KernelRule = std::unique_ptr<Kernel> (*)(KernelRequest& request);

// An entry of a backend's list: rules of one op are tried in the order of their rank, then name.
struct KernelEntry {
  const char* op;    // the op's name, or "loop"
  const char* name;  // "onednn.matmul"
  int rank;          // lower first
  KernelRule rule;
  // Whether its kernels may apply such a step to their result; `extra` is null where there is none.
  bool (*takes_step)(const EpilogueStep& step, const Spec* extra) = nullptr;
};

namespace backend {

// Every entry that was built in, made by CMake from the folders of lamina/backends.
std::span<const KernelEntry* const> builtin_kernels();

// Whether a kernel of some backend, not only the op's reference, takes the request.
bool claims(KernelRequest& request);

// Whether some kernel of the op may apply the step to its result. A request can still be refused:
// the steps are then a loop of their own.
bool takes_step(const Op& op, const EpilogueStep& step, const Spec* extra);

// The first kernel that accepts, or the reference; null only for a request with an epilogue, which
// the caller then computes in two steps. `refusals`, if given, gets "name: reason" of those that did not.
std::unique_ptr<Kernel> prepare(KernelRequest& request, std::vector<std::string>* refusals = nullptr);

}  // namespace backend

// In namespace lamina::backend, defines entry `Name` of the generated table:
//   LAMINA_KERNEL(matmul_onednn) = {"matmul", "onednn.matmul", 10, rule};
#define LAMINA_KERNEL(Name) \
  extern const KernelEntry kernel_##Name; \
  const KernelEntry kernel_##Name

}  // namespace lamina
