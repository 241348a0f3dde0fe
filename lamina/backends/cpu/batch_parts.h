// A convolution as the same one of several parts of the batch, each on one thread: how many there are
// depends on the shapes alone, so that no bit depends on the number of threads.
#pragma once

#include <memory>

#include "lamina/op/backend.h"

namespace lamina::backend {

// Into how many equal parts a batch is divided; at most 8.
int64_t batch_parts(int64_t batch);

// Which operands have a batch axis, and how far its parts lie apart.
struct BatchParts {
  int64_t parts;
  std::vector<int64_t> steps;  // bytes from part to part, of each operand; 0: all parts have the whole
  int threads;
  int64_t result_elements = 0;  // > 0: the last operand is the sum of what the parts give, in their order
};

// `part` is the kernel of one part.
std::unique_ptr<Kernel> run_by_parts(std::unique_ptr<Kernel> part, BatchParts how);

}  // namespace lamina::backend
