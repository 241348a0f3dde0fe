// A kernel that is several kernels, each for a part of the operands and on one thread. Which parts there are
// must not depend on the number of threads: then no bit does.
#pragma once

#include <memory>
#include <vector>

#include "lamina/op/backend.h"

namespace lamina::backend {

struct KernelPart {
  std::shared_ptr<const Kernel> kernel;  // parts may share one
  std::vector<int64_t> offsets;          // where its operands begin, in bytes
};

// All parts want the same preparations. With result_elements > 0 each gives a whole result of so many
// float32, and the last operand becomes their sum, in the order of the parts.
std::unique_ptr<Kernel> run_parts(std::vector<KernelPart> parts, int threads,
                                  int64_t result_elements = 0);

}  // namespace lamina::backend
